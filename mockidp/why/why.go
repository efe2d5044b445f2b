package why

import (
	"context"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
)

// Trigger is the flow that adds claims to ID tokens.
const Trigger = "post-login"

// The causes, in the order in which they are looked at.
const (
	NotMentioned = "not-mentioned" // no Action anywhere sets it
	DraftOnly    = "draft-only"    // the Action was never deployed
	DraftNewer   = "draft-newer"   // only the draft of a deployed Action sets it
	NotInFlow    = "not-in-flow"   // deployed, but no login runs it
	NotApplied   = "not-applied"   // in the flow of an open page, without Apply
	RanBefore    = "ran-before"    // the token is older than the change
	AccessToken  = "access-token"  // set on the other token
	NoValue      = "no-value"      // undefined, or null
	Reserved     = "reserved"      // a name that no Action may set
	Failed       = "failed"        // an Action threw, or ran too long
	EndedBefore  = "ended-before"  // an Action denied the login, or sent it elsewhere
	NotReached   = "not-reached"   // the Action ended before the line that sets it

	NoLogin = "no-login" // all is well, but nobody has logged in yet
	Present = "present"  // it is not missing
)

// Causes are the twelve in their order.
func Causes() []string {
	return []string{NotMentioned, DraftOnly, DraftNewer, NotInFlow, NotApplied, RanBefore,
		AccessToken, NoValue, Reserved, Failed, EndedBefore, NotReached}
}

// The ways to mend a cause.
const (
	FixCreate = "create" // create an Action
	FixDeploy = "deploy" // deploy the draft of Action
	FixBind   = "bind"   // put Action at the end of the login flow
	FixLogin  = "login"  // log in again
	FixOpen   = "open"   // open Action in the editor, at Line
)

// Question says which claim is missing from which token.
type Question struct {
	Claim       string // its whole name
	Transaction string // of the login that made the token; empty: the last login
	ClientID    string // of the last login; empty: any
	UserID      string // of the last login; empty: anybody
}

// Answer is why a claim is missing.
type Answer struct {
	Claim  string
	Cause  string // one of the constants
	Parts  []Part // the sentence
	Action *store.Action
	Line   int        // in the version that ran, or in the draft; 0: none
	Source string     // that line
	Fix    string     // one of the Fix constants; empty: there is nothing to mend
	Hint   string     // one more sentence, or empty
	Run    *store.Run // the login that it is about; nil: none was needed

	stale bool // a newer version of the Action was deployed since the login
}

// Part is a piece of a sentence: a text, or an instant where that is not zero.
type Part struct {
	Text string
	At   time.Time
}

// Text is the sentence, with instants in UTC.
func (a *Answer) Text() string {
	var b strings.Builder
	for _, p := range a.Parts {
		if !p.At.IsZero() {
			b.WriteString(p.At.UTC().Format("15:04:05 UTC"))
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

// Number is the cause's place among the twelve, from 1; 0 for the other two.
func (a *Answer) Number() int {
	for i, c := range Causes() {
		if c == a.Cause {
			return i + 1
		}
	}
	return 0
}

// Missing answers q. A transaction that does not exist is store.ErrNotFound.
func Missing(ctx context.Context, st *store.Store, q Question) (*Answer, error) {
	s, err := read(ctx, st, q)
	if err != nil {
		return nil, err
	}
	a := s.fromActions()
	if a == nil {
		a = s.fromLogin()
	}
	a.Claim = q.Claim
	return a, nil
}

// Claims are the names that deployed Actions and drafts set in so many words, each
// once, in the order of the Actions.
func Claims(ctx context.Context, st *store.Store) ([]string, error) {
	list, err := st.Actions(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	seen := map[string]bool{}
	for _, a := range list {
		for _, c := range scan(a.Code).calls {
			if c.token == idToken && !seen[c.claim] {
				seen[c.claim] = true
				names = append(names, c.claim)
			}
		}
	}
	return names, nil
}
