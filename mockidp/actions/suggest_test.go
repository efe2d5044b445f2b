package actions

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is right is never named: not in the Actions that the workshop's do, nor in
// the one that every new tenant has, nor in the dashboard's templates.
func TestGoodActionsAreNotWarnedOf(t *testing.T) {
	r := newRunner(t, Config{Workers: 1})
	for _, pattern := range []string{"testdata/seven/0*.js", "testdata/workshop.js", "testdata/search.js", "../seed/*.js", "../dashboard/templates/*.js"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s names no files, error %v", pattern, err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if list, err := r.Check(t.Context(), file, string(b)); err != nil || len(list) != 0 {
				t.Errorf("%s: %+v, error %v, want no warning", file, list, err)
			}
		}
	}
}

// Whoever deploys is told the same as the record of a run.
func TestCheckNamesWhatWasMeant(t *testing.T) {
	r := newRunner(t, Config{Workers: 1})
	for member, want := range map[string]string{
		"event.request.geoip.country": "did you mean countryCode or countryName?",
		"event.user.sub":              "did you mean user_id?",
	} {
		list, err := r.Check(t.Context(), "x", handler("x", "", member+";").Source)
		if err != nil || len(list) != 1 || !strings.HasSuffix(list[0].Text, want) {
			t.Errorf("%s: %+v, error %v, want %q", member, list, err, want)
		}
	}
}

// The members of an event are checked by the same rules when it is written by hand.
func TestAnEventFileNamesWhatWasMeant(t *testing.T) {
	r, err := ReadEvent([]byte(`{"request": {"geoip": {"city": "London"}}}`))
	if err != nil || len(r.Warnings) != 1 || !strings.HasSuffix(r.Warnings[0].Text, "did you mean cityName?") {
		t.Errorf("%+v, error %v", r, err)
	}
}
