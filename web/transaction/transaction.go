// Package transaction asks a mock provider what its Actions did in a login, and says
// from that who set a claim, or why one is missing. No other provider is asked, and
// no login depends on the answer.
//
// Package web decides when to ask (callback.go, refresh.go) and shows what was told;
// the login's steps are package timeline's.
package transaction

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/provider"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/words"
)

// A Transaction is what a mock provider tells of the login it has just carried out:
// which Actions ran, what each of them set, and where the person was. A real
// provider tells nothing of the kind, and then all of this is not known.
type Transaction struct {
	ID      string   `json:"transaction_id"`
	Kind    string   `json:"kind"` // login, sso, silent, refresh
	Actions []Action `json:"actions"`
	Place   *Place   `json:"place"`
	URL     string   `json:"url"`     // the provider's page about it; or ""
	WhyURL  string   `json:"why_url"` // its page that says why a claim is missing, without the claim; or ""
}

// An Action is one Action that ran.
type Action struct {
	Name         string  `json:"name"`
	Version      int     `json:"version"`
	DurationMS   float64 `json:"duration_ms"`
	ConsoleLines int     `json:"console_lines"`
	Claims       []Claim `json:"claims"`
}

// A Claim is one line of an Action that set a claim.
type Claim struct {
	Token     string `json:"token"` // id_token or access_token
	Name      string `json:"name"`
	Line      int    `json:"line"`
	Undefined bool   `json:"undefined"`
	Dropped   string `json:"dropped"` // why it is not in the token
}

// A Place is where the address of the login was found to be.
type Place struct {
	City        string   `json:"city"`
	CountryCode string   `json:"country_code"`
	Country     string   `json:"country"`
	Latitude    *float64 `json:"latitude"`
	Longitude   *float64 `json:"longitude"`
}

// Where returns where the person was, or nil when that, or all of tx, is not known.
func (tx *Transaction) Where() *Place {
	if tx == nil {
		return nil
	}
	return tx.Place
}

// idPattern matches what may be put into an address.
var idPattern = regexp.MustCompile(`^[\w-]{1,100}$`)

// IsID reports whether id may be a transaction's.
func IsID(id string) bool { return idPattern.MatchString(id) }

// Fetch asks for the transaction called id, with client and as the app that conn
// is for. Its errors hold nothing that the provider sent.
func Fetch(ctx context.Context, client *http.Client, conn *provider.Connection, id string) (*Transaction, error) {
	address := strings.TrimSuffix(conn.Issuer, "/") + "/_mock/transactions/" + id
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(url.QueryEscape(conn.OAuth.ClientID), url.QueryEscape(conn.OAuth.ClientSecret)) // RFC 6749 section 2.3.1
	req.Header.Set("Accept", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, errors.New(provider.Reason(err))
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, errors.New(provider.Reason(err))
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("expected status 200, got %d", res.StatusCode)
	}
	tx := new(Transaction)
	if json.Unmarshal(body, tx) != nil || tx.ID != id {
		return nil, errors.New("expected the JSON of transaction " + id + ", got something else")
	}
	// A link of this app leads to the provider or nowhere.
	for _, link := range []*string{&tx.URL, &tx.WhyURL} {
		if u, err := url.Parse(*link); err != nil || provider.Origin(*link) != provider.Origin(conn.Issuer) || u.User != nil {
			*link = ""
		}
	}
	return tx, nil
}

// LogsURL is the page on which a mock provider lists its logins, also those that got no
// token and so have no Transaction; "" for any other provider.
func LogsURL(conn *provider.Connection) string {
	if conn.MockVersion == "" {
		return ""
	}
	return strings.TrimSuffix(conn.Issuer, "/") + "/dashboard/logs"
}

// ActionsStep says which Actions ran. When is not known: the provider's clock is another.
func ActionsStep(tx *Transaction) timeline.Step {
	step := timeline.Step{ID: "actions", Channel: timeline.Inside, Title: "Actions ran", Page: tx.URL}
	var took float64
	for _, a := range tx.Actions {
		took += a.DurationMS
		set := 0
		for _, c := range a.Claims {
			if c.isSet() {
				set++
			}
		}
		step.Lines = append(step.Lines, fmt.Sprintf("`%s` v%d set %s and ran for %s. Console: %s.", words.Shorten(a.Name, 100), a.Version, words.Count(set, "claim"),
			words.Took(time.Duration(a.DurationMS*float64(time.Millisecond))), words.Count(a.ConsoleLines, "line")))
	}
	step.TookMS = timeline.Milliseconds(time.Duration(took * float64(time.Millisecond)))
	if len(tx.Actions) == 0 {
		step.Title, step.Text = "No Action ran", "None is deployed and in the login flow. "
	}
	if tx.Kind == "sso" || tx.Kind == "silent" {
		step.Text += "You were logged in at the provider already, so it did not ask for a password."
	}
	step.Text = strings.TrimSpace(step.Text)
	return step
}

// isSet reports whether the claim went into the ID token.
func (c Claim) isSet() bool { return c.Token == "id_token" && !c.Undefined && c.Dropped == "" }

// A SetBy is who put a claim into the token.
type SetBy struct {
	Kind    string `json:"kind"`           // "action", "scope", "provider" or "unknown"
	Name    string `json:"name,omitempty"` // of the Action or the scope
	Version int    `json:"version,omitempty"`
	Line    int    `json:"line,omitempty"`
}

// SetBy says who put c into the ID token. tx is nil when nothing is known.
// The last Action that set a claim has won, also over a scope. Claims about the token
// itself are always the provider's.
func (tx *Transaction) SetBy(c claims.Claim) SetBy {
	if c.Kind == claims.Protocol {
		return SetBy{Kind: "provider"}
	}
	if tx == nil {
		return SetBy{Kind: "unknown"}
	}
	by := SetBy{Kind: "unknown"}
	if scope := scopeOf(c.Name); scope != "" {
		by = SetBy{Kind: "scope", Name: scope}
	}
	for _, a := range tx.Actions {
		for _, set := range a.Claims {
			if set.Name == c.Name && set.isSet() {
				by = SetBy{Kind: "action", Name: a.Name, Version: a.Version, Line: set.Line}
			}
		}
	}
	return by
}

// String is for people.
func (b SetBy) String() string {
	switch b.Kind {
	case "action":
		return fmt.Sprintf("Action `%s` v%d, line %d", words.Shorten(b.Name, 100), b.Version, b.Line)
	case "scope":
		return "scope `" + b.Name + "`"
	case "provider":
		return "identity provider"
	default:
		return "not known"
	}
}

// scopeOf returns the scope that asks for a standard claim (Core 5.4).
func scopeOf(name string) string {
	switch name {
	case "email", "email_verified":
		return "email"
	case "phone_number", "phone_number_verified":
		return "phone"
	case "address":
		return "address"
	}
	if claims.KindOf(name) == claims.Standard {
		return "profile"
	}
	return ""
}

// WhyMissingURL is the provider's page that says why a claim is not in the token, from
// its Actions and its flow as they are when somebody opens it; "" when there is none.
func (tx *Transaction) WhyMissingURL(name string) string {
	if tx == nil || tx.WhyURL == "" {
		return ""
	}
	u, err := url.Parse(tx.WhyURL)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("claim", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// IsUnlocated reports whether the claim called name is missing because the location
// database had no such part, "city" or "country", for the address of the login: it has
// none on record, and an Action set the claim to undefined. False when nothing is known.
func (tx *Transaction) IsUnlocated(name, part string) bool {
	if tx == nil {
		return false
	}
	if p := tx.Place; p != nil && (part == "city" && p.City != "" || part == "country" && p.CountryCode != "") {
		return false
	}
	return slices.ContainsFunc(tx.Actions, func(a Action) bool {
		return slices.ContainsFunc(a.Claims, func(c Claim) bool { return c.Name == name && c.Token == "id_token" && c.Undefined })
	})
}

// WhyMissing says why a claim is not in the token: what the provider told, or what
// usually is the reason. tx is nil when nothing is known.
func (tx *Transaction) WhyMissing(name, usually string) string {
	if tx == nil {
		return usually
	}
	var ran []string
	why := ""
	for _, a := range tx.Actions {
		action := fmt.Sprintf("`%s` v%d", words.Shorten(a.Name, 100), a.Version)
		ran = append(ran, action)
		for _, c := range a.Claims {
			switch where := fmt.Sprintf("The Action %s, line %d, ", action, c.Line); {
			case c.Name != name:
			case c.Token != "id_token":
				// Many set a claim on both tokens: this is the reason when there is no other.
				why = cmp.Or(why, where+"set it on the access token and not on the ID token.")
			case c.Undefined:
				why = where + "set it to undefined, and then no claim is made."
			case c.Dropped != "":
				why = where + "set it, but it was dropped: " + words.Shorten(c.Dropped, words.MaxQuote) + "."
			}
		}
	}
	switch {
	case why != "":
		return why
	case len(ran) == 0:
		return "No Action ran in this login: none is deployed and in the Login flow. Log in again after you have changed that."
	default:
		return "The Actions that ran in this login did not set it: " + strings.Join(ran, ", ") +
			". Is the newest version deployed, and is the Action that sets it in the Login flow? Log in again after each change."
	}
}
