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

// The steps of another login must not be taken for those of this session.
func TestStepsOfAnotherLoginSayWhose(t *testing.T) {
	p := render(t, views.ProfilePage(profileOfAnEarlierLogin()))
	if got := text(p.one("id", "what-happened")); got != "What happened then" {
		t.Errorf("heading = %q", got)
	}
	note := p.one("data-other-login", "*")
	if got := strings.Join(strings.Fields(text(note)), " "); !strings.HasPrefix(got, "This is an earlier login: Login 3, 22 Nov 2026 20:14:05 UTC, London, GBThe rest of this page") {
		t.Errorf("note = %q", got)
	}
	if back, _ := attr(p.only(named(note, "a"), "way back"), "href"); back != "/profile#what-happened" {
		t.Errorf("the way back leads to %q", back)
	}
	here := p.one("aria-current", "true")
	if url, _ := attr(here, "href"); url != "/profile?login=A#what-happened" {
		t.Errorf("the link to %q is marked as the present one", url)
	}
	if got := strings.Join(strings.Fields(text(p.one("href", "/profile?login=B#what-happened"))), " "); got != "Login, 22 Nov 2026 19:14:05 UTC" {
		t.Errorf("a login without count and place is called %q", got)
	}
}
