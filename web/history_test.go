package web_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/web/vault"
)

// A visit as GET /api/me has it.
type visit struct {
	N         *int
	At        time.Time
	City      string
	Country   string
	Lat, Lon  *float64
	Precision string
}

func (b *browser) visits() []visit {
	b.t.Helper()
	var me struct{ Logins []visit }
	if err := json.Unmarshal([]byte(b.get("/api/me").body), &me); err != nil {
		b.t.Fatal(err)
	}
	return me.Logins
}

// loginWith logs in with these claims in place of the usual three.
func (b *browser) loginWith(o *op, count, city, country any) page {
	b.t.Helper()
	o.claims = func(c map[string]any) {
		for name, value := range map[string]any{"login_count": count, "last_login_city": city, "last_login_country": country} {
			if delete(c, name); value != nil {
				c[name] = value
			}
		}
	}
	p := b.login()
	b.wantProfile(p)
	return p
}

// TestHistoryExplainsGaps: between two logins that this app saw there may have been others.
func TestHistoryExplainsGaps(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	b.loginWith(o, 1, "London", "GB")
	b.loginWith(o, 2, "London", "GB")
	b.loginWith(o, 2, "London", "GB")
	b.loginWith(o, 4, "Tokyo", "JP")
	b.loginWith(o, 7, "Tokyo", "JP")
	b.loginWith(o, 1, "Tokyo", "JP")
	p := b.loginWith(o, nil, nil, nil)
	rows := strings.Split(p.body[strings.Index(p.body, `class="visits"`):], "<tr")
	var got []string
	for _, r := range rows[2:] {
		r = strings.SplitN(r, "</table>", 2)[0]
		if strings.Contains(r, "data-gap") {
			got = append(got, strings.TrimSpace(tag.ReplaceAllString(r[strings.Index(r, ">")+1:], "")))
		}
	}
	want := []string{
		"The count went back from 7 to 1. The identity provider was reset, or this login began first and ended last.",
		"2 logins elsewhere: at other apps, or refused or unfinished ones.",
		"1 login elsewhere: at another app, or one that was refused or not finished.",
		"The count did not grow. Usually you were still logged in at the identity provider, which did not ask for a password.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("gaps = %q, want %q", got, want)
	}
	// It outlives log outs, restarts and other browsers; other people have their own.
	a.restart()
	other := a.browser()
	other.loginWith(o, 2, "Tokyo", "JP")
	if visits := other.visits(); len(visits) != 8 || *visits[0].N != 2 || visits[1].N != nil || *visits[7].N != 1 {
		t.Errorf("history = %+v", visits)
	}
	o.claims = func(c map[string]any) { c["sub"] = "auth0|grace" }
	o.userInfo = func(c map[string]any) { c["sub"] = "auth0|grace" }
	grace := a.browser()
	grace.wantProfile(grace.login())
	if visits := grace.visits(); len(visits) != 1 {
		t.Errorf("somebody else's history = %+v, want one login", visits)
	}
}

// TestHistoryIsLimited: the last hundred are kept, ten are shown at first. Logins at
// the same moment all count.
func TestHistoryIsLimited(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 26 {
				b := a.browser()
				b.wantProfile(b.login())
			}
		})
	}
	all.Wait()
	b := a.browser()
	p := b.login()
	if n := len(b.visits()); n != 100 {
		t.Errorf("%d logins are kept, want 100", n)
	}
	first, _, _ := strings.Cut(p.body, "Show all 100")
	if n := strings.Count(first, "data-visit"); n != 10 {
		t.Errorf("%d logins are shown at first, want 10", n)
	}
}

// TestWherePointsComeFrom: the provider's record, the list of cities, the country's
// middle, or nowhere. None is guessed.
func TestWherePointsComeFrom(t *testing.T) {
	for _, tt := range []struct {
		name, record           string
		city, country          any
		precision, where, note string
		lat                    float64
	}{
		{"the provider's record", `"place":{"city":"Georgetown","country_code":"US","latitude":30.5,"longitude":-97.5}`, "Elsewhere", "XX", "exact", "Georgetown, United States", "", 30.5},
		{"a record without coordinates", `"place":{"city":"London","country_code":"GB"}`, nil, nil, "city", "London, United Kingdom", "", 51.5085},
		{"a record with coordinates off the map", `"place":{"city":"McMurdo","country_code":"AQ","latitude":-77.8,"longitude":166}`, nil, nil, "", "", "not on our list", 0},
		{"the list of cities", "", "São Paulo", "BR", "city", "São Paulo, Brazil", "", -23.5475},
		{"a city that is not listed", "", "Łódź", "PL", "country", "Łódź, Poland", "Country only", 52.1},
		{"only a country", "", nil, "FR", "country", "France", "Country only", 46.6},
		{"a country that is none", "", "Atlantis", "ZZ", "", "", "not on our list", 0},
		{"a city without its country", "", "London", nil, "", "", "not on our list", 0},
		{"claims of the wrong type", "", 7, []string{"GB"}, "", "", "not known", 0},
		{"nothing", "", nil, nil, "", "", "not known", 0},
		{"markup", "", "<script>alert(1)</script>", "GB", "country", "&lt;script&gt;alert(1)&lt;/script&gt;, United Kingdom", "Country only", 53.9},
		{"right to left", "", "القاهرة", "EG", "country", "القاهرة, Egypt", "Country only", 26.6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newOP(t)
			if tt.record != "" {
				o.withTransaction(200, `{"transaction_id":"tx-1","actions":[],`+tt.record+`}`)
			}
			b := newApp(t, o).browser()
			p := b.loginWith(o, 1, tt.city, tt.country)
			v := b.visits()[0]
			if v.Precision != tt.precision || (v.Lat != nil) != (tt.precision != "") || v.Lat != nil && (*v.Lat < tt.lat-.1 || *v.Lat > tt.lat+.1) {
				t.Errorf("point = %+v, want precision %q at latitude %v", v, tt.precision, tt.lat)
			}
			if drawn := strings.Contains(p.body, `class="now"`); drawn != (tt.precision != "") {
				t.Errorf("a dot is drawn: %v, want %v", drawn, tt.precision != "")
			}
			if tt.precision != "" && !strings.Contains(p.body, "Latest login: "+tt.where+".") || strings.Contains(p.body, "<script>alert") {
				t.Errorf("the map's text does not name %q", tt.where)
			}
			if !strings.Contains(p.body, tt.note) {
				t.Errorf("the page lacks %q", tt.note)
			}
		})
	}
}

// TestDamagedHistory: what can't be read is none, and the next login begins anew.
func TestDamagedHistory(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	b.loginWith(o, 1, "London", "GB")
	a.cfg.SessionKey = []byte(strings.Repeat("k", 32)) // another key reads nothing of it
	a.restart()
	b = a.browser()
	b.loginWith(o, 2, "London", "GB")
	if n := len(b.visits()); n != 1 {
		t.Errorf("%d logins after the key was changed, want 1: the old ones can't be read", n)
	}
	// What is in it may be of another shape: that must not keep anybody from logging in.
	v := vault.New(a.cfg.SessionDir, time.Now)
	if err := v.Open(a.cfg.SessionKey); err != nil {
		t.Fatal(err)
	}
	if err := v.Replace("history", o.issuer+"\x00auth0|ada", []byte(`{"logins":7}`)); err != nil {
		t.Fatal(err)
	}
	if p := b.get("/api/me"); p.status != 200 || !strings.Contains(p.body, `"logins": []`) {
		t.Errorf("/api/me = %d, want an empty list of logins\n%s", p.status, p.body)
	}
	b.loginWith(o, 3, "London", "GB")
	if n := len(b.visits()); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
}
