package views_test

import (
	"net/http/httptest"
	"testing"

	"example.com/postlogin/views"
	"github.com/a-h/templ"
)

// BenchmarkProfilePage is the profile of a usual login, as a handler answers it.
func BenchmarkProfilePage(b *testing.B) {
	m := profile()
	r := httptest.NewRequest("GET", "/profile", nil)
	var size int
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		templ.Handler(views.ProfilePage(m)).ServeHTTP(w, r)
		size = w.Body.Len()
	}
	b.ReportMetric(float64(size), "bytes")
}
