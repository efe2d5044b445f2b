// Package dashboard is where people look after the tenant: they write Actions,
// deploy them, put them into the login flow and see what happened. It owns
// /dashboard/ with its pages, the cookie of those who showed the admin token, and
// what an Action's draft looks like in an editor.
//
// It reads and writes the tenant through package store and lets package actions
// check code; why a claim is missing it learns from package why. It neither takes
// part in a login nor has an API: what a program may do is in packages management
// (Auth0's Management API v2) and mockidp (/_mock/).
//
// # Pages
//
// A page is one file for its handlers and one .templ file for its view, named
// after its address: library.go and library.templ. To add one:
//
//  1. Write a handler that returns an error, and in it end with [Dashboard.show].
//     A *pageError becomes an error page, every other error a 500 with a request id.
//  2. Wrap the view in @ui.Page(v.Frame), with the frame from d.frame(r, title, path).
//     The frame brings navigation, stylesheet and dashboard.js (times, copy
//     buttons, menus, dialogs).
//  3. Add its route in [Dashboard.routes], and a line in menu (frame.go) if it is to
//     stand in the navigation. Forms post to the page's own address, answer 303 to a
//     page ("?done=…" tells it what to say, in words worked out from what is stored),
//     and show themselves again with what was typed when something is wrong.
//  4. Open it in everyPage of cmd/demo, which looks for accessibility faults,
//     sideways scrolling and violations of the content security policy.
//
// Every form works without JavaScript. A script is an ES module in mockidp/ui/assets
// that the page names in its frame's Scripts. Text of users and Actions is only
// ever text: no templ.Raw, no style or script attributes.
//
// # Protection
//
// See door.go: this machine comes in, others show the admin token once. Requests
// that change something must come from a page of this origin.
package dashboard
