package dashboard

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// Path is where the dashboard lives under the issuer's path.
const Path = "/dashboard/"

// trigger is the login flow, the only one here.
const trigger = "post-login"

// Config is what a Dashboard needs.
type Config struct {
	// BasePath is the issuer's path without trailing slash, "" normally. Requests
	// arrive with it stripped; links and cookies need it.
	BasePath string
	Issuer   string // with its trailing slash, as the pages show it
	// Secure marks the cookie Secure: the issuer is https.
	Secure bool

	Store   *store.Store    // required
	Actions *actions.Runner // required: it compiles what is deployed
	// Trial runs the editor's tests. It must not be Actions, and have a Fetch that
	// calls nobody: tests are to leave no trace in logins. Required.
	Trial *actions.Runner
	// Event is the event that a login of the user at the application from this
	// address would have, without making one. Required.
	Event func(context.Context, *store.User, *store.Client, netip.Addr) (*actions.Event, error)
	// Places are on offer as origins of a test login; nil: none.
	Places func() []Place

	// HashPassword makes the hash of a password for an account. Required.
	HashPassword func(ctx context.Context, password string) (string, error)
	// TestPassword is that of the test users, for the snippets. Empty: it is not
	// known, and they have dots in its place.
	TestPassword string

	// Tools are what the pages under Testing work with. Required.
	Tools Tools

	// Trusted reports whether a request may in without more ado. Required.
	Trusted func(*http.Request) bool
	// Token lets in whoever shows it. Empty: only Trusted lets anybody in.
	Token string

	Log *slog.Logger     // default: slog.Default()
	Now func() time.Time // default: time.Now
}

// Dashboard is the pages' HTTP handler. Make one with New.
type Dashboard struct {
	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	root    string // Path under the issuer's path
	handler http.Handler

	journal journal      // of the log
	streams atomic.Int64 // pages that follow the log
	ending  chan struct{}
	endOnce sync.Once // closes ending
}

// New checks cfg and returns a ready handler. It does no I/O.
func New(cfg Config) (*Dashboard, error) {
	if cfg.Store == nil || cfg.Actions == nil || cfg.Trial == nil || cfg.Event == nil || cfg.HashPassword == nil || cfg.Trusted == nil {
		return nil, errors.New("dashboard: Store, Actions, Trial, Event, HashPassword and Trusted are required")
	}
	if cfg.Places == nil {
		cfg.Places = func() []Place { return nil }
	}
	d := &Dashboard{cfg: cfg, log: cmp.Or(cfg.Log, slog.Default()), now: cfg.Now, root: cfg.BasePath + Path, ending: make(chan struct{})}
	if d.now == nil {
		d.now = time.Now
	}
	d.handler = d.guard(d.routes())
	return d, nil
}

// routes is every page behind the door.
func (d *Dashboard) routes() http.Handler {
	mux := http.NewServeMux()
	page := func(pattern string, h handlerFunc) { mux.Handle(pattern, d.handle(h)) }
	page("GET "+Path+"{$}", d.start)
	page("GET "+Path+libraryPath, d.library)
	page("GET "+Path+createPath, d.createPage)
	page("POST "+Path+createPath, d.create)
	page("GET "+Path+templatesPath, d.templates)
	page("GET "+Path+editorPath+"{id}", d.editor)
	page("POST "+Path+editorPath+"{id}", d.edit)
	page("POST "+Path+editorPath+"{id}/check", d.checkCode)
	page("GET "+Path+editorPath+"{id}/delete", d.deletePage)
	page("POST "+Path+editorPath+"{id}/delete", d.delete)
	page("GET "+Path+flowsPath, d.flows)
	page("GET "+Path+flowPath, d.flow)
	page("POST "+Path+flowPath, d.editFlow)
	page("GET "+Path+appsPath, d.applications)
	page("GET "+Path+createAppPath, d.createAppPage)
	page("POST "+Path+createAppPath, d.createApp)
	page("GET "+Path+appsPath+"/{id}", d.application)
	page("POST "+Path+appsPath+"/{id}", d.editApp)
	page("GET "+Path+outboxPath, d.outbox)
	page("POST "+Path+outboxPath, d.editOutbox)
	page("GET "+Path+outboxPath+"/{id}", d.outgoing)
	page("GET "+Path+keysPath, d.keys)
	page("POST "+Path+keysPath, d.editKeys)
	page("GET "+Path+locationsPath, d.locations)
	page("GET "+Path+usersPath, d.users)
	page("GET "+Path+createUserPath, d.createUserPage)
	page("POST "+Path+createUserPath, d.createUser)
	page("GET "+Path+usersPath+"/{id}", d.user)
	page("POST "+Path+usersPath+"/{id}", d.editUser)
	page("GET "+Path+usersPath+"/{id}/delete", d.deleteUserPage)
	page("POST "+Path+usersPath+"/{id}/delete", d.deleteUser)
	page("GET "+Path+logsPath, d.logs)
	page("GET "+Path+livePath, d.live)
	page("GET "+Path+downloadPath, d.download)
	page("GET "+Path+logsPath+"/{id}", d.story)
	page("POST "+Path+logsPath+"/{id}", d.replay)
	page("GET "+Path+whyPath, d.why)
	page("POST "+Path+pendingPath, d.notePending)
	page("/", d.nowhere)
	return mux
}

// ServeHTTP serves [Path] and what is below it; BasePath is stripped already.
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.handler.ServeHTTP(w, r) }
