package dashboard

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// runsRead is how many of the last logins the pages look through for the last
// run of an Action.
const runsRead = 10

// libraryView is the list of Actions.
type libraryView struct {
	ui.Frame
	Root      string // of the dashboard's addresses
	Installed bool   // the tab that stays empty
	Query     string
	Total     int // Actions, whatever the search finds
	Rows      []actionRow
	Create    createView // the dialog's form
	Curl      string
}

// actionRow is one Action of the list.
type actionRow struct {
	ID, Name, Trigger string
	State             actionState
	Position          int        // in the login flow, from 1; 0: not in it
	LastRun           *actionRun // nil: in none of the last logins
}

// actionRun is one run of an Action in a login.
type actionRun struct {
	At      time.Time
	Outcome string
	Took    string
}

// actionState says how draft and deployed version stand to each other.
type actionState struct {
	Version int  // 0: never deployed
	Differs bool // the draft is not what was deployed
}

func (s actionState) String() string {
	switch {
	case s.Version == 0:
		return "Draft only"
	case s.Differs:
		return fmt.Sprintf("Draft differs from deployed v%d", s.Version)
	}
	return fmt.Sprintf("Deployed v%d", s.Version)
}

// class is that of its tag.
func (s actionState) class() string {
	if s.Version == 0 || s.Differs {
		return "tag warn"
	}
	return "tag ok"
}

// library lists the Actions.
func (d *Dashboard) library(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	frame, err := d.frame(r, "Library", libraryPath)
	if err != nil {
		return err
	}
	list, err := d.cfg.Store.Actions(ctx)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := libraryView{Frame: frame, Root: d.root, Installed: q.Get("tab") == "installed", Query: q.Get("q"), Total: len(list), Create: d.newCreateView(frame)}
	if v.Curl, err = d.curl(ctx, "actions/actions"); err != nil {
		return err
	}
	if !v.Installed {
		if v.Rows, err = d.actionRows(ctx, list, v.Query); err != nil {
			return err
		}
	}
	return d.show(w, r, http.StatusOK, libraryPage(v))
}

// actionRows are the Actions whose name contains query, in whatever case.
func (d *Dashboard) actionRows(ctx context.Context, list []*store.Action, query string) ([]actionRow, error) {
	positions, err := d.positions(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := d.runs(ctx, runsRead)
	if err != nil {
		return nil, err
	}
	last := lastRuns(runs)
	rows := []actionRow{}
	for _, a := range list {
		if !strings.Contains(strings.ToLower(a.Name), strings.ToLower(strings.TrimSpace(query))) {
			continue
		}
		state, err := d.state(ctx, a)
		if err != nil {
			return nil, err
		}
		rows = append(rows, actionRow{ID: a.ID, Name: a.Name, Trigger: triggerName(a.Trigger), State: state, Position: positions[a.ID], LastRun: last[a.ID]})
	}
	return rows, nil
}

// positions tells where in the login flow each of its Actions stands, from 1.
func (d *Dashboard) positions(ctx context.Context) (map[string]int, error) {
	bound, err := d.cfg.Store.Bindings(ctx, trigger)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, b := range bound {
		at[b.ActionID] = i + 1
	}
	return at, nil
}

// lastRuns are the newest runs of each Action, by its id.
func lastRuns(runs []*pastRun) map[string]*actionRun {
	last := map[string]*actionRun{}
	for _, run := range runs {
		for i := range run.Result.Runs {
			a := &run.Result.Runs[i]
			if last[a.ID] == nil {
				last[a.ID] = &actionRun{At: run.At, Outcome: a.Outcome, Took: milliseconds(a.took())}
			}
		}
	}
	return last
}

// state compares the draft with the version that runs.
func (d *Dashboard) state(ctx context.Context, a *store.Action) (actionState, error) {
	s := actionState{Version: a.DeployedVersion}
	if s.Version == 0 {
		return s, nil
	}
	v, err := d.cfg.Store.Version(ctx, a.ID, a.DeployedVersion)
	if err != nil {
		return s, gone(err)
	}
	s.Differs = v.Code != a.Code || v.Runtime != a.Runtime || !maps.Equal(v.Secrets, a.Secrets) || !slices.Equal(v.Dependencies, a.Dependencies)
	return s, nil
}

// curl is the call of the Management API that answers with a page's data. It
// fetches a token first, as it must with Auth0.
func (d *Dashboard) curl(ctx context.Context, path string) (string, error) {
	c, err := d.firstClient(ctx)
	if err != nil {
		return "", err
	}
	api := d.cfg.Issuer + "api/v2/"
	return fmt.Sprintf("token=$(curl -s %soauth/token -d grant_type=client_credentials -d client_id=%s -d client_secret=%s \\\n  -d audience=%s | jq -r .access_token)\ncurl -s %s%s -H \"Authorization: Bearer $token\"\n",
		d.cfg.Issuer, url.QueryEscape(c.ID), url.QueryEscape(c.Secret), api, api, path), nil
}
