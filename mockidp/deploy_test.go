package mockidp_test

import (
	"sync"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

const noAction = `exports.onExecutePostLogin = async () => {};`

// Deploy adds to the flow and leaves the rest of it as it is: the names that bindings
// show, and Actions that wait in it for their first deployment.
func TestDeployKeepsTheFlow(t *testing.T) {
	idp := mockidptest.New(t)
	claims, err := idp.Store.ActionByName(t.Context(), "post-login-claims")
	if err != nil {
		t.Fatal(err)
	}
	waiting := &store.Action{Name: "waiting", Trigger: mockidp.Trigger, Code: noAction}
	if err := idp.Store.CreateAction(t.Context(), waiting); err != nil {
		t.Fatal(err)
	}
	was := []*store.Binding{{ActionID: claims.ID, DisplayName: "Claims first"}, {ActionID: waiting.ID}}
	if err := idp.Store.SetBindings(t.Context(), mockidp.Trigger, was); err != nil {
		t.Fatal(err)
	}
	idp.Deploy("gate", noAction)
	got, err := idp.Store.Bindings(t.Context(), mockidp.Trigger)
	if err != nil || len(got) != 3 || *got[0] != *was[0] || *got[1] != *was[1] {
		t.Errorf("the flow has %d Actions (%v): %v", len(got), err, got)
	}
}

// Several deployments at once lose none of the Actions.
func TestDeploysAtOnce(t *testing.T) {
	idp := mockidptest.New(t, mockidptest.Empty)
	var all sync.WaitGroup
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for _, name := range names {
		all.Go(func() {
			if err := mockidp.Deploy(t.Context(), idp.Store, name, noAction); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	flow, err := idp.Store.Flow(t.Context(), mockidp.Trigger)
	if err != nil || len(flow) != len(names) {
		t.Errorf("the flow has %d Actions, want %d (%v)", len(flow), len(names), err)
	}
}
