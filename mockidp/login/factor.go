package login

import (
	"slices"

	"example.com/postlogin/mockidp/store"
)

// The types of second factors, as in event.authentication.methods[].type
// (Auth0: "Actions Triggers: post-login - Event Object").
const (
	factorOTP      = "otp"
	factorEmail    = "email"
	factorPhone    = "phone"
	factorPush     = "push-notification"
	factorKey      = "webauthn-roaming"
	factorPlatform = "webauthn-platform"
	factorRecovery = "recovery-code"

	// rememberedBrowser is the type of the rows that let a browser skip the second
	// factor; they are no factor.
	rememberedBrowser = "remember-browser"
)

// factor is how one type of second factor is called and explained.
type factor struct {
	Type   string
	Prefix string // of the ids of its authenticators
	Name   string // in a list
	Hint   string // in a list
	Ask    string // heading of its challenge
	SetUp  string // heading of its enrolment
}

// factors is what this provider can play. It never changes.
var factors = []factor{
	{factorOTP, "totp|", "Authenticator app", "A 6-digit code from an app such as Google Authenticator", "Enter the 6-digit code", "Set up an authenticator app"},
	{factorEmail, "email|", "Email", "A code sent to your email address", "Enter the 6-digit code", "Set up codes by email"},
	{factorPhone, "sms|", "Phone", "A code sent to your phone", "Enter the 6-digit code", "Set up codes by phone"},
	{factorPush, "push|", "Push notification", "A question on your phone that you approve", "Approve the push notification", "Set up push notifications"},
	{factorKey, "webauthn-roaming|", "Security key", "A key that you plug in or hold to your phone", "Use your security key", "Set up a security key"},
	{factorPlatform, "webauthn-platform|", "Fingerprint or face", "What unlocks this device", "Unlock with this device", "Set up this device"},
	{factorRecovery, "recovery|", "Recovery code", "The code that you kept when you set up your factor", "Enter your recovery code", "Keep this recovery code"},
}

// factorOf returns the factor of a type.
func factorOf(kind string) (factor, bool) {
	i := slices.IndexFunc(factors, func(f factor) bool { return f.Type == kind })
	if i < 0 {
		return factor{}, false
	}
	return factors[i], true
}

// device reports whether the factor is a device, which this provider only pretends to have.
func (f factor) device() bool {
	return f.Type == factorPush || f.Type == factorKey || f.Type == factorPlatform
}

// message reports whether the factor is a code that is sent to the person.
func (f factor) message() bool { return f.Type == factorEmail || f.Type == factorPhone }

// secondFactor is one view of the second factor: who must pass it, and with what.
type secondFactor struct {
	pause
	step    *store.MFAStep
	user    *store.User
	session *store.Session
	have    []*store.Authenticator // what the user has enrolled
	offered []string               // the types that the person may use now
}

// of returns the user's authenticators of a type that can be used. A recovery
// code that was used is none any more.
func (m *secondFactor) of(kind string) (list []*store.Authenticator) {
	for _, a := range m.have {
		if a.Type == kind && (kind != factorRecovery || a.LastStep == 0) {
			list = append(list, a)
		}
	}
	return list
}

// enrolled reports whether the user can be challenged with a factor of the type.
// A verified email address needs no enrolment (Auth0: "Configure Email
// Notifications for MFA").
func (m *secondFactor) enrolled(kind string) bool {
	return len(m.of(kind)) > 0 || kind == factorEmail && m.user.EmailVerified && m.user.Email != ""
}

// target is where a code for the factor goes; "" when that is not known.
func (m *secondFactor) target(kind string) string {
	for _, a := range m.of(kind) {
		if a.Target != "" {
			return a.Target
		}
	}
	if kind == factorEmail {
		return m.user.Email
	}
	return ""
}

// offer decides which factors the person may use. Where one of those asked for
// is enrolled, only enrolled ones count: else who has stolen the password would
// enrol a factor of their own instead of passing the owner's.
func (m *secondFactor) offer() {
	m.offered = m.step.Factors
	if m.step.Enroll {
		return
	}
	enrolled := slices.DeleteFunc(slices.Clone(m.step.Factors), func(kind string) bool { return !m.enrolled(kind) })
	if len(enrolled) > 0 {
		m.offered = enrolled
	}
}

// pick is the factor to show for the one that was asked for: "" shows the list.
func (m *secondFactor) pick(kind string) string {
	switch {
	case slices.Contains(m.offered, kind):
		return kind
	case len(m.offered) > 1 && (m.step.Choose || kind == chooseFactor):
		return ""
	}
	return m.offered[0]
}

// chooseFactor is the value of the parameter factor that asks for the list.
const chooseFactor = "choose"
