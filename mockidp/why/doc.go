// Package why answers the question that everybody asks who enriches tokens: "Why
// is my claim missing?". It works the answer out from what is stored: the Actions
// with their drafts and versions, the login flow, and the record of the login that
// made the token. It changes nothing and runs no Action.
//
// There are twelve causes. They are looked at in the order in which a beginner
// meets them, and the first that is true is the answer, in one sentence that says
// what to do. The sentence is for packages dashboard (a page and a part of the
// editor) and mockidp (JSON for the application that misses the claim); each makes
// a button or a link of its [Fix].
//
// Code of Actions is read here as text, line by line: it is not parsed as
// JavaScript, which is the workers' business. What a login did is never guessed
// from its code; only the place of an early return is, and the sentence then names
// the line.
package why
