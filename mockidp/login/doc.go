// Package login is what a person does at the provider: the login page (who are
// you, from which address, and the password), the second factor, and the forms of
// Actions. It owns /u/login, /u/mfa and /u/form, the session cookie, the cookie of
// remembered browsers, the hashing of passwords and the delay after wrong ones.
//
// Package provider sends the browser here with the id of a stored authorization
// request. A login that succeeds is written by [store.Store.CompleteLogin] (count,
// history and session in one transaction), a step that is done by
// [store.Store.AnswerStep], and the browser goes back to /authorize/resume, where
// provider reads what was stored and decides the next step; package login neither
// answers the application nor runs Actions, nor decides who needs a second factor.
//
// It takes the address that a person picks, never a city: where an address is
// comes from the location database alone.
//
// One-time codes are sent nowhere: the page and the log tell them, and the page
// tells the code of an authenticator app, too. So a second factor here shows how a
// login goes, and protects nobody. Everything else about it is real: codes work
// once, wrong ones are slowed down, secrets never come back.
//
// The pages work without JavaScript and have none. Sign-up and consent do not
// exist yet.
package login
