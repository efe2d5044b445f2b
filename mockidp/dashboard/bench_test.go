package dashboard_test

import (
	"net/http"
	"testing"

	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

// BenchmarkPage measures the server's time for a page while the log is full.
//
//	go test -run '^$' -bench Page ./mockidp/dashboard
func BenchmarkPage(b *testing.B) {
	idp := mockidptest.New(b)
	list, err := idp.Store.Actions(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	fill(b, idp, 1000)
	for _, path := range []string{"", "actions/library", "actions/flows/login", "actions/library/details/" + list[0].ID} {
		b.Run("/"+path, func(b *testing.B) {
			for b.Loop() {
				if w := ask(idp, http.MethodGet, idp.Issuer+"dashboard/"+path, nil); w.Code != http.StatusOK {
					b.Fatalf("status %d", w.Code)
				}
			}
		})
	}
}

// fill logs ada in once and copies the record of that.
func fill(b *testing.B, idp *mockidptest.Server, n int) {
	b.Helper()
	logIn(b, idp, "192.0.2.1")
	runs, err := idp.Store.Runs(b.Context(), 1)
	if err != nil {
		b.Fatal(err)
	}
	for range n - 1 {
		run := store.Run(*runs[0])
		if err := idp.Store.AddRun(b.Context(), &run); err != nil {
			b.Fatal(err)
		}
	}
}
