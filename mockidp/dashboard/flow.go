package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

const (
	flowsPath = "actions/flows"
	flowPath  = flowsPath + "/login"
)

// flowsView is the page Choose flow.
type flowsView struct {
	ui.Frame
	Login string // URL of the one flow there is
	Size  int    // Actions in it
}

// flows lists the flows, those that are not here too.
func (d *Dashboard) flows(w http.ResponseWriter, r *http.Request) error {
	frame, err := d.frame(r, "Flows", flowsPath)
	if err != nil {
		return err
	}
	bound, err := d.cfg.Store.Bindings(r.Context(), trigger)
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, flowsPage(flowsView{Frame: frame, Login: d.root + flowPath, Size: len(bound)}))
}

// flowView is the login flow: what is applied, and what the person has made of
// it in the page.
type flowView struct {
	ui.Frame
	Root      string     // of the dashboard's addresses
	Base      []string   // ids of the flow as it was when the page was opened
	Cards     []flowCard // the pending order
	Palette   []flowCard // all Actions of this trigger
	Installed bool       // the palette's tab that stays empty
	Focus     string     // the op of the button that has the focus, "" for none
	Said      string     // what the last button has done
	Applied   bool       // the flow was just applied
	Wrong     string     // why it could not be applied
	Theirs    []string   // names of the flow that somebody else has applied meanwhile; nil: nobody
	Left      int        // Actions of the pending order that were deleted meanwhile
}

// flowCard is an Action in the flow or in the palette.
type flowCard struct {
	ID, Name string
	Version  int // 0: never deployed
	URL      string
	InFlow   bool
	LastRun  *actionRun
	First    bool
	Last     bool
}

// Dirty reports whether there is something to apply.
func (v *flowView) Dirty() bool { return !slices.Equal(v.Base, v.order()) }

func (v *flowView) order() []string {
	ids := make([]string, len(v.Cards))
	for i, c := range v.Cards {
		ids[i] = c.ID
	}
	return ids
}

// names lists the pending order in words: "1 deny-by-country, 2 claims".
func (v *flowView) names() string {
	parts := make([]string, len(v.Cards))
	for i, c := range v.Cards {
		parts[i] = fmt.Sprintf("%d %s", i+1, c.Name)
	}
	return strings.Join(parts, ", ")
}

// flow shows the login flow as it is applied.
func (d *Dashboard) flow(w http.ResponseWriter, r *http.Request) error {
	base, err := d.boundIDs(r.Context())
	if err != nil {
		return err
	}
	v, err := d.newFlowView(r, base, base)
	if err != nil {
		return err
	}
	v.Applied = r.URL.Query().Get("done") == "applied"
	return d.show(w, r, http.StatusOK, flowPage(v))
}

func (d *Dashboard) boundIDs(ctx context.Context) ([]string, error) {
	bound, err := d.cfg.Store.Bindings(ctx, trigger)
	ids := make([]string, len(bound))
	for i, b := range bound {
		ids[i] = b.ActionID
	}
	return ids, err
}

// newFlowView shows the pending order on top of base.
func (d *Dashboard) newFlowView(r *http.Request, base, order []string) (*flowView, error) {
	frame, err := d.frame(r, "Login flow", flowsPath, "flow.js")
	if err != nil {
		return nil, err
	}
	list, err := d.cfg.Store.Actions(r.Context())
	if err != nil {
		return nil, err
	}
	runs, err := d.runs(r.Context(), runsRead)
	if err != nil {
		return nil, err
	}
	last := lastRuns(runs)
	v := &flowView{Frame: frame, Root: d.root, Base: base}
	cards := map[string]flowCard{}
	for _, a := range list {
		if a.Trigger != trigger {
			continue
		}
		c := flowCard{ID: a.ID, Name: a.Name, Version: a.DeployedVersion, URL: d.root + editorPath + a.ID, InFlow: slices.Contains(order, a.ID), LastRun: last[a.ID]}
		cards[a.ID] = c
		v.Palette = append(v.Palette, c)
	}
	for _, id := range order {
		c, ok := cards[id]
		if !ok {
			v.Left++
			continue
		}
		v.Cards = append(v.Cards, c)
	}
	for i := range v.Cards {
		v.Cards[i].First, v.Cards[i].Last = i == 0, i == len(v.Cards)-1
	}
	return v, nil
}

// editFlow does what a button of the flow asks for. The pending order comes
// along in hidden fields and goes back in the page; only Apply stores it.
func (d *Dashboard) editFlow(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	base, order := r.PostForm["base"], unique(r.PostForm["order"])
	op, id, _ := strings.Cut(r.PostForm.Get("op"), ":")
	switch op {
	case "apply":
		return d.applyFlow(w, r, base, order)
	case "add", "up", "down", "remove", "tab":
	default:
		return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
			Title: "The form can't be read", Detail: "Its field op names nothing that the flow can do.",
		}}
	}
	order, at := moved(order, op, id)
	v, err := d.newFlowView(r, base, order)
	if err != nil {
		return err
	}
	// Kept for nothing but the answer "you did not press Apply" (package why).
	if err := d.cfg.Store.SetPendingFlow(r.Context(), trigger, order); err != nil {
		return err
	}
	v.Installed = op == "tab" && id == "installed"
	v.say(op, id, at)
	return d.show(w, r, http.StatusOK, flowPage(v))
}

// moved is order after the button op of the Action id, and where that then
// stands; -1: it is not in it. What can't be done changes nothing.
func moved(order []string, op, id string) ([]string, int) {
	i := slices.Index(order, id)
	switch {
	case op == "add" && i < 0:
		return append(order, id), len(order)
	case op == "remove" && i >= 0:
		return slices.Delete(order, i, i+1), -1
	case op == "up" && i > 0:
		order[i-1], order[i] = order[i], order[i-1]
		return order, i - 1
	case op == "down" && i >= 0 && i < len(order)-1:
		order[i+1], order[i] = order[i], order[i+1]
		return order, i + 1
	}
	return order, i
}

// say tells what a button has done, and gives the focus to it or, where it can't
// be pressed any more, to its neighbour.
func (v *flowView) say(op, id string, at int) {
	name := id
	for _, c := range v.Palette {
		if c.ID == id {
			name = c.Name
		}
	}
	place := fmt.Sprintf("position %d of %d", at+1, len(v.Cards))
	switch op {
	case "add":
		v.Said, v.Focus = name+" added, "+place+".", "remove:"+id
	case "up", "down":
		v.Said, v.Focus = name+" moved to "+place+".", op+":"+id
		switch {
		case op == "up" && at == 0:
			v.Focus = "down:" + id
		case op == "down" && at == len(v.Cards)-1:
			v.Focus = "up:" + id
		}
	case "remove":
		v.Said, v.Focus = name+" removed from the flow.", "add:"+id
	case "tab":
		v.Focus = "tab:" + id
	}
}

// applyFlow stores the pending order, unless somebody else has stored another
// one since the page was opened.
func (d *Dashboard) applyFlow(w http.ResponseWriter, r *http.Request, base, order []string) error {
	ctx := r.Context()
	v, err := d.newFlowView(r, base, order)
	if err != nil {
		return err
	}
	if v.Left > 0 {
		v.Wrong = "Not applied: " + count(v.Left, "Action") + " of your order was deleted meanwhile and is left out. Look at the order, then press Apply."
		return d.show(w, r, http.StatusConflict, flowPage(v))
	}
	if i := slices.IndexFunc(v.Cards, func(c flowCard) bool { return c.Version == 0 }); i >= 0 {
		v.Wrong = "Not applied: " + v.Cards[i].Name + " was never deployed. Deploy it first."
		return d.show(w, r, http.StatusUnprocessableEntity, flowPage(v))
	}
	list, err := d.bindings(ctx, order)
	if err != nil {
		return err
	}
	err = d.cfg.Store.ReplaceBindings(ctx, trigger, nonNil(base), list)
	if errors.Is(err, store.ErrChanged) {
		return d.showFlowConflict(w, r, order)
	}
	if err != nil {
		return gone(err)
	}
	return d.seeOther(w, r, flowPath+"?done=applied")
}

// bindings are those of the order, with the display names that they have.
func (d *Dashboard) bindings(ctx context.Context, order []string) ([]*store.Binding, error) {
	bound, err := d.cfg.Store.Bindings(ctx, trigger)
	if err != nil {
		return nil, err
	}
	list := make([]*store.Binding, len(order))
	for i, id := range order {
		list[i] = &store.Binding{ActionID: id}
		for _, b := range bound {
			if b.ActionID == id {
				list[i] = b
			}
		}
	}
	return list, nil
}

// showFlowConflict shows the pending order beside the one that is applied now.
// Who presses Apply next has seen it.
func (d *Dashboard) showFlowConflict(w http.ResponseWriter, r *http.Request, order []string) error {
	base, err := d.boundIDs(r.Context())
	if err != nil {
		return err
	}
	theirs, err := d.newFlowView(r, base, base)
	if err != nil {
		return err
	}
	v, err := d.newFlowView(r, base, order)
	if err != nil {
		return err
	}
	v.Theirs = []string{}
	for _, c := range theirs.Cards {
		v.Theirs = append(v.Theirs, c.Name)
	}
	return d.show(w, r, http.StatusConflict, flowPage(v))
}

// unique is list without repetitions: an Action that stood twice in a flow
// would run twice, which no button asks for.
func unique(list []string) []string {
	var once []string
	for _, id := range list {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
