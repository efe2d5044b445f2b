package views_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/postlogin/views"
)

func TestTheThreeValuesStandAlone(t *testing.T) {
	p := render(t, views.ProfilePage(profile()))
	for _, c := range cards() {
		value := p.one("data-testid", c.Claim)
		if got := text(value); got != c.Value {
			t.Errorf("%s = %q, want %q", c.Claim, got, c.Value)
		}
		if got, _ := attr(value, "data-claim"); got != c.Claim {
			t.Errorf("data-claim = %q, want %q", got, c.Claim)
		}
		if _, absent := attr(value, "data-absent"); absent {
			t.Errorf("%s is marked as absent", c.Claim)
		}
	}
}

func TestAnAbsentClaimKeepsItsCard(t *testing.T) {
	p := render(t, views.ProfilePage(profileWithoutClaims()))
	value := p.one("data-testid", "login_count")
	if _, absent := attr(value, "data-absent"); !absent {
		t.Error("login_count is not marked as absent")
	}
	if got := text(value); got != "not in your ID token" {
		t.Errorf("login_count = %q", got)
	}
	if why := text(value.Parent); !strings.Contains(why, "Why?") || !strings.Contains(why, "No Action set this claim.") {
		t.Errorf("the card does not say why: %q", why)
	}
	// Empty is another thing than absent.
	if _, absent := attr(p.one("data-testid", "last_login_city"), "data-absent"); absent {
		t.Error("an empty claim is marked as absent")
	}
}

func TestZeroLoginsIsANumber(t *testing.T) {
	m := profile()
	m.Cards[0].Value = "0"
	value := render(t, views.ProfilePage(m)).one("data-testid", "login_count")
	if got := text(value); got != "0" {
		t.Errorf("login_count = %q, want 0", got)
	}
	if _, absent := attr(value, "data-absent"); absent {
		t.Error("zero logins are marked as absent")
	}
}

func TestProfileHasTheWorkshopsHeadingAndAnchors(t *testing.T) {
	p := render(t, views.ProfilePage(profile()))
	if got := text(p.one("id", "user-profile")); got != "User profile" {
		t.Errorf("heading = %q, want exactly %q", got, "User profile")
	}
	for _, id := range []string{"claims", "token", "main"} {
		p.one("id", id)
	}
	if got := text(p.only(named(p.root, "h1"), "h1")); got != "Hello, Ada Lovelace" {
		t.Errorf("h1 = %q", got)
	}
	if got := text(p.one("id", "main")); !strings.Contains(got, "verified 2 seconds ago. It is valid for another 9 h 59 min. See every check. See what just happened.") {
		t.Errorf("the line about the check of the token is not there: %.200q", got)
	}
}

// The JSON that people copy must be the JSON of the model, whatever is in it.
func TestJSONBlockIsTheJSON(t *testing.T) {
	for _, json := range []string{
		profile().JSON,
		"{}",
		"{\n  \"a\\\"b\": 1,\n  \"c:\\\\\": \"d\\\": e\"\n}",
		"{\n  \"" + arabic + "\": \"" + saoPaulo + "\"\n}",
		"\"no object\": but text",
		"not JSON at all \"",
		"{\n  \"html\": \"" + script + " & &amp; <!--\"\n}",
	} {
		m := profile()
		m.JSON = json
		p := render(t, views.ProfilePage(m))
		if got := text(p.one("data-testid", "user_profile")); got != json {
			t.Errorf("JSON block = %q, want %q", got, json)
		}
	}
}

func TestClaimsTableShowsEveryClaimAsItStandsInTheToken(t *testing.T) {
	m := profile()
	for _, value := range wrongTypes {
		m.Claims = append(m.Claims, views.Claim{Name: "x" + value, Local: "x" + value, Value: value, Kind: "custom"})
	}
	p := render(t, views.ProfilePage(m))
	for _, c := range m.Claims {
		row := p.one("data-claim-row", c.Name)
		if kind, _ := attr(row, "data-kind"); kind != c.Kind {
			t.Errorf("%s: kind = %q, want %q", c.Name, kind, c.Kind)
		}
		cells := named(row, "code")
		if got := text(cells[0]); got != c.Name {
			t.Errorf("name = %q, want %q", got, c.Name)
		}
		if got := text(cells[1]); got != c.Value {
			t.Errorf("%s = %q, want %q", c.Name, got, c.Value)
		}
		if !c.Time.IsZero() {
			when := p.only(named(row, "time"), "time in the row of "+c.Name)
			if got, _ := attr(when, "datetime"); got != c.Time.Format("2006-01-02T15:04:05Z") {
				t.Errorf("%s: datetime = %q", c.Name, got)
			}
			if got := text(row); !strings.Contains(got, c.Reading) {
				t.Errorf("%s: %q does not say %q", c.Name, got, c.Reading)
			}
		}
	}
}

func TestCitiesOfTheWholeWorld(t *testing.T) {
	for _, city := range []string{saoPaulo, "Łódź", arabic, "東京", longCity, "O'Fallon & <Sons>"} {
		m := profile()
		m.Cards[1].Value = city
		m.Claims[1].Value = `"` + city + `"`
		p := render(t, views.ProfilePage(m))
		value := p.one("data-testid", "last_login_city")
		if got := text(value); got != city {
			t.Errorf("card = %q, want %q", got, city)
		}
		if len(named(value, "bdi")) != 1 {
			t.Errorf("%q is not isolated from the direction of the text around it", city)
		}
		if got := text(named(p.one("data-claim-row", "last_login_city"), "code")[1]); got != `"`+city+`"` {
			t.Errorf("table = %q, want %q in quotes", got, city)
		}
	}
}

func TestLongValuesAreCutAndCanBeShownWhole(t *testing.T) {
	m := profile()
	m.Cards[1].Value = hugeCity
	m.Claims[1].Value, m.Claims[1].Short = strings.Repeat("é", 201), strings.Repeat("é", 200)
	m.Claims[2].Value = strings.Repeat("é", 200)
	made := checks()
	made[0].Got = hugeCity
	m.Inspector = views.TokenInspector(made, idToken())
	p := render(t, views.ProfilePage(m))

	value := p.one("data-testid", "last_login_city")
	if got := utf8.RuneCountInString(text(value)); got != 201 { // 200 and the mark of the cut
		t.Errorf("the card shows %d characters, want 201", got)
	}
	if got := text(p.only(named(value.Parent, "pre"), "pre in the card")); got != hugeCity {
		t.Errorf("the whole value has %d characters, want %d", len(got), len(hugeCity))
	}
	cut := p.one("data-claim-row", "last_login_city")
	if got := text(named(cut, "code")[1]); got != strings.Repeat("é", 200)+"…" {
		t.Errorf("the table shows %q", got)
	}
	if n := len(named(p.one("data-claim-row", "last_login_country"), "details")); n != 0 {
		t.Error("a value of exactly 200 characters is cut")
	}
	if n := len(named(p.one("data-check", "state"), "pre")); n != 1 {
		t.Error("a long value in a check can't be shown whole")
	}
}

func TestChecksSayTheirStateInWords(t *testing.T) {
	m := profile()
	made := checks()
	made[3].State = "fail"
	m.Inspector = views.TokenInspector(made, idToken())
	p := render(t, views.ProfilePage(m))
	for _, c := range made {
		item := p.one("data-check", c.ID)
		got := text(item)
		for _, want := range []string{c.ID, c.State, c.Expected, c.Got, c.Why} {
			if !strings.Contains(got, want) {
				t.Errorf("check %s: %q is not in %q", c.ID, want, got)
			}
		}
		why := p.only(named(item, "details"), "details of "+c.ID)
		if _, open := attr(why, "open"); open != (c.State == "fail") {
			t.Errorf("check %s is %s: open = %v", c.ID, c.State, open)
		}
	}
	if got := strings.Count(text(p.one("data-check", "iss")), "http://localhost:9400/"); got != 1 {
		t.Errorf("what was expected and came is written %d times, want once", got)
	}
}

func TestTokenIsShownInThreePartsOnlyWhenItMay(t *testing.T) {
	token := idToken()
	p := render(t, views.ProfilePage(profile()))
	raw := p.one("id", "raw-token")
	if got, want := text(raw), token.Header+"."+token.Payload+"."+token.Signature; got != want {
		t.Errorf("token = %.80q…, want %.80q…", got, want)
	}
	if got := len(named(raw, "span")); got != 3 {
		t.Errorf("%d parts, want 3", got)
	}
	p = render(t, views.ProfilePage(profileWithoutClaims()))
	if list := with(p.root, "id", "raw-token"); len(list) != 0 {
		t.Error("the encoded token is on a page that may not show it")
	}
	if got := text(p.root); strings.Contains(got, idTokenHeader) || !strings.Contains(got, `"alg": "RS256"`) {
		t.Error("without the encoded token, only the decoded one should be there")
	}
}

func TestExpiredTokenIsAnnounced(t *testing.T) {
	m := profileWithoutClaims()
	banner := render(t, views.ProfilePage(m)).one("data-expired", "*")
	if role, _ := attr(banner.Parent, "role"); role != "status" {
		t.Errorf("role = %q, want status", role)
	}
	if got := text(banner); !strings.Contains(got, m.Expired) {
		t.Errorf("banner = %q", got)
	}
	if _, hidden := attr(banner, "hidden"); hidden {
		t.Error("the banner is hidden")
	}
	// A script shows it when the time comes.
	banner = render(t, views.ProfilePage(profile())).one("data-expired", "*")
	if _, hidden := attr(banner, "hidden"); !hidden {
		t.Error("a token that is valid is said to have expired")
	}
	if at, _ := attr(banner, "data-expires"); at != "2026-11-23T07:14:05Z" {
		t.Errorf("data-expires = %q", at)
	}
}
