package actions

import "testing"

// A note about a member that events don't have would be lost.
func TestEveryNoteHasItsRow(t *testing.T) {
	notes := eventSupport()
	for _, m := range EventMembers() {
		delete(notes, m.Name)
	}
	for name := range notes {
		t.Errorf("eventSupport has %s: there is no such member of event, or it is below one that is not supported", name)
	}
}
