// Package login is the login page: who are you, from which address, and the
// password. It owns /u/login, the session cookie, the hashing of passwords and
// the delay after wrong ones.
//
// Package provider sends the browser here with the id of a stored authorization
// request. A login that succeeds is written by [store.Store.CompleteLogin] (count,
// history and session in one transaction) and the browser goes back to
// /authorize/resume, where provider reads what was stored and decides the next
// step; package login neither answers the application nor runs Actions.
//
// It takes the address that a person picks, never a city: where an address is
// comes from the location database alone.
//
// The page works without JavaScript and has none. Sign-up, consent and second
// factors do not exist yet.
package login
