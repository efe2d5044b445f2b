package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// The pages of the navigation, below [Path].
const (
	startPath   = ""
	libraryPath = "actions/library"
)

// menu is the navigation. Its labels are the workshop's, which are Auth0's.
func (d *Dashboard) menu() []ui.MenuGroup {

	return []ui.MenuGroup{
		{Links: []ui.Link{d.to("Getting Started", startPath)}},
		{Name: "Actions", Links: []ui.Link{d.to("Flows", flowsPath), d.to("Library", libraryPath)}},
		{Name: "Applications", Links: []ui.Link{d.to("Applications", appsPath)}},
		{Name: "User Management", Links: []ui.Link{d.to("Users", usersPath)}},
		{Name: "Monitoring", Links: []ui.Link{d.to("Logs", logsPath), d.to("Outbox", outboxPath), d.to("Missing claim?", whyPath)}},
		{Name: "Testing", Links: []ui.Link{d.to("Keys", keysPath), d.to("Locations", locationsPath)}},
	}
}

// frame is what stands around a page; path is that of its entry in the menu.
func (d *Dashboard) frame(r *http.Request, title, path string, scripts ...string) (ui.Frame, error) {
	app, err := d.firstClient(r.Context())
	if err != nil {
		return ui.Frame{}, err
	}
	f := ui.Frame{
		Title: title, Base: d.cfg.BasePath, Menu: d.menu(), Here: d.root + path,
		Scripts: append([]string{"dashboard.js"}, scripts...),
	}
	if home := homeOf(app); home != "" {
		f.App = ui.Link{Label: app.Name, URL: home}
	}
	return f, nil
}

// firstClient is the application that texts and links speak of; one with
// placeholders when there is none.
func (d *Dashboard) firstClient(ctx context.Context) (*store.Client, error) {
	clients, err := d.cfg.Store.Clients(ctx)
	if err != nil {
		return nil, err
	}
	if len(clients) > 0 {
		return clients[0], nil
	}
	return &store.Client{ID: "CLIENT_ID", Name: "your application", Secret: "CLIENT_SECRET"}, nil
}

// homeOf is where an application's start page is, as far as its registration
// tells; "" for one that is no web site.
func homeOf(c *store.Client) string {
	for _, uri := range c.RedirectURIs {
		if u, err := url.Parse(uri); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			return u.Scheme + "://" + u.Host + "/"
		}
	}
	return ""
}

// exact is an instant as the pages say it where no script puts it into the
// reader's own zone.
func exact(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") }

// machine is an instant for the attribute datetime.
func machine(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// count is a number with its noun: "1 claim", "3 claims".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// to is a link to a page below [Path].
func (d *Dashboard) to(label, path string) ui.Link { return ui.Link{Label: label, URL: d.root + path} }

// described lists the ids for aria-describedby: the hint's, and the error's when
// there is one.
func described(hint, errorID, wrong string) string {
	if wrong == "" {
		return hint
	}
	return errorID + " " + hint
}
