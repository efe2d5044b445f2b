package views_test

import (
	"strings"
	"testing"

	"example.com/postlogin/views"
)

// Each channel has a mark and words: a colour alone says nothing to many people.
func TestStepsTellTheirChannel(t *testing.T) {
	m := profile()
	list := steps("a text")
	list[0].ID = "authorize"
	m.Happened = views.WhatHappened(list)
	p := render(t, views.ProfilePage(m))
	for id, want := range map[string][2]string{
		"authorize": {"front channel", "browser-idp"}, "back": {"back channel", "app-idp"}, "inside": {"inside the provider", "idp"}, "app": {"inside this app", "app"},
	} {
		step := p.one("data-step", id)
		if got := text(step); !strings.Contains(got, want[0]) {
			t.Errorf("step %s = %q, want the words %q", id, got, want[0])
		}
		if way, _ := attr(step, "data-way"); way != want[1] {
			t.Errorf("step %s goes %q, want %q", id, way, want[1])
		}
	}
	if got := text(p.one("id", "what-happened")); got != "What just happened" {
		t.Errorf("heading = %q", got)
	}
}

func TestWithoutStepsThereIsNoTimeline(t *testing.T) {
	m := profile()
	m.Happened = nil
	p := render(t, views.ProfilePage(m))
	if got := text(p.root); strings.Contains(got, "What just happened") {
		t.Error("there is a heading without steps")
	}
}
