package dashboard

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// startView is the page Getting Started.
type startView struct {
	ui.Frame
	Issuer   string
	Steps    []step
	Finished bool // every step is done
	Numbers  numbers
	Last     *lastLogin // nil: nobody has logged in yet
	Snippets []snippet
}

// step is one step on the way to a claim of one's own.
type step struct {
	Title string
	Text  string  // what to do; shown for the step that is next
	To    ui.Link // where it is done
	State string  // "done", "now" or "later"; also its class
}

// numbers are what there is, at a glance.
type numbers struct{ LoginsToday, Actions, Deployed, InFlow, Users int }

// lastLogin is the newest run of the login flow.
type lastLogin struct {
	Who, Where, Outcome string
	At                  time.Time
	Claims              int    // in the ID token
	Took                string // by all its Actions
	Story               string // URL of its page in the logs
}

// start shows Getting Started. All of it is worked out from what is stored.
func (d *Dashboard) start(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	frame, err := d.frame(r, "Getting Started", startPath)
	if err != nil {
		return err
	}
	v := startView{Frame: frame, Issuer: d.cfg.Issuer}
	list, err := d.cfg.Store.Actions(ctx)
	if err != nil {
		return err
	}
	flow, err := d.cfg.Store.Flow(ctx, trigger)
	if err != nil {
		return err
	}
	v.Numbers.Actions, v.Numbers.InFlow = len(list), len(flow)
	for _, a := range list {
		if a.DeployedVersion > 0 {
			v.Numbers.Deployed++
		}
	}
	if v.Numbers.Users, err = d.cfg.Store.CountUsers(ctx); err != nil {
		return err
	}
	if v.Numbers.LoginsToday, err = d.cfg.Store.CountLogins(ctx, midnight(d.now())); err != nil {
		return err
	}
	runs, err := d.runs(ctx, 1)
	if err != nil {
		return err
	}
	ran := false // a login has run an Action that is in the flow
	for _, run := range runs {
		v.Last = d.lastLogin(run)
		for _, a := range run.Result.Runs {
			ran = ran || slices.ContainsFunc(flow, func(v *store.Version) bool { return v.ActionID == a.ID })
		}
	}
	v.Steps, v.Finished = d.steps(v.Numbers, list, frame.App, ran)
	if v.Snippets, err = d.snippets(ctx); err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, startPage(v))
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func (d *Dashboard) lastLogin(run *pastRun) *lastLogin {
	var took time.Duration
	for _, a := range run.Result.Runs {
		took += a.took()
	}
	return &lastLogin{
		Who: run.who(), Where: run.where(), Outcome: run.Outcome, At: run.At, Claims: len(run.Result.IDToken),
		Took: milliseconds(took), Story: d.root + logsPath + "/" + run.ID,
	}
}

// milliseconds writes a duration as people compare it: "2 ms", "0.3 ms".
func milliseconds(t time.Duration) string {
	ms := float64(t) / float64(time.Millisecond)
	if ms < 1 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

// steps tells what is done and what comes next: the first step that is not done.
func (d *Dashboard) steps(n numbers, list []*store.Action, app ui.Link, ran bool) (steps []step, finished bool) {
	draft := &store.Action{}
	for _, a := range list {
		draft = a
	}
	done := []bool{n.Actions > 0, n.Deployed > 0, n.InFlow > 0, n.InFlow > 0 && ran}
	steps = []step{
		{Title: "Create your first Action", Text: "An Action is a small piece of JavaScript that runs while somebody logs in.", To: d.to("Create Action", createPath)},
		{Title: "Deploy it", Text: fmt.Sprintf("%s is a draft. Logins run what was deployed, never a draft.", draft.Name), To: d.to("Open "+draft.Name, editorPath+draft.ID)},
		{Title: "Add it to the Login flow", Text: "A deployed Action runs only where it stands in a flow, after Apply was pressed.", To: d.to("Open the Login flow", flowPath)},
		{Title: "Log in and read your claims", Text: "A login begins at the application. The profile there shows what is in the ID token.", To: app},
	}
	next := slices.Index(done, false)
	for i := range steps {
		switch {
		case done[i]:
			steps[i].State = "done"
		case i == next:
			steps[i].State = "now"
		default:
			steps[i].State = "later"
		}
	}
	return steps, next < 0
}
