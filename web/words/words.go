// Package words writes spans of time, counts and names the way a page of the demo
// app says them, and cuts what somebody else wrote to a length that fits a sentence.
//
// It knows nothing of logins. Package web and its neighbours put the words into
// sentences, package views puts those into HTML.
package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// MaxQuote is how many characters of someone else's words a page repeats.
const MaxQuote = 300

// Shorten returns at most n characters of s, with "…" for the rest, and with one
// replacement character for bytes in a row that are not UTF-8.
func Shorten(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}

// Duration says how long d is, to one or two units: "2 seconds", "9 h 59 min".
func Duration(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Second:
		return "less than a second"
	case d < time.Minute:
		return Count(int(d.Seconds()), "second")
	case d < time.Hour:
		return Count(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		return Count(int(d.Hours())/24, "day")
	}
}

// Count says how many: "1 check", "7 checks".
func Count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// Relative says when t is, seen from now: "in 9 h 59 min" or "3 minutes ago".
func Relative(t, now time.Time) string {
	if t.After(now) {
		return "in " + Duration(t.Sub(now))
	}
	return Duration(now.Sub(t)) + " ago"
}

// Took says how long a request took: "3 ms", "1.2 s".
func Took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "less than 1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	default:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
}

// Groups writes a number with a narrow space every three digits: "3 224".
func Groups(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// Clock writes a moment for a sentence, in UTC: the reader's zone is not known.
func Clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// Initials returns the first letters of the first and the last word of a name.
func Initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return firstLetter(words[0])
	default:
		return firstLetter(words[0]) + firstLetter(words[len(words)-1])
	}
}

func firstLetter(word string) string {
	r, _ := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r))
}

// Country is the English name of a country, or "" for what is no code of one.
func Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || len(code) != 2 || !region.IsCountry() {
		return ""
	}
	return display.English.Regions().Name(region)
}
