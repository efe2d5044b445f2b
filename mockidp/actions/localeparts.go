package actions

import (
	"strconv"
	"strings"
	"time"
)

// A formatPart is a piece of a formatted date or number, as formatToParts gives it.
type formatPart struct{ kind, value string }

// joinParts is the whole text.
func joinParts(parts []formatPart) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.value)
	}
	return b.String()
}

// splitPattern calls literal and field for the pieces of a pattern (UTS #35,
// part 4, 8): quoted or other text, and runs of one letter.
func splitPattern(pattern string, literal func(string), field func(letter byte, n int)) {
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			end := i + 1 + strings.IndexByte(pattern[i+1:], '\'')
			literal(pattern[i+1 : end])
			i = end + 1
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			n := 1
			for i+n < len(pattern) && pattern[i+n] == c {
				n++
			}
			field(c, n)
			i += n
		default:
			n := 1
			for i+n < len(pattern) && pattern[i+n]|0x20 < 'a' && pattern[i+n] != '\'' {
				n++
			}
			literal(pattern[i : i+n])
			i += n
		}
	}
}

// parts formats t.
func (f *dateFormat) parts(pattern string, t time.Time) []formatPart {
	var parts []formatPart
	splitPattern(pattern, func(s string) {
		if n := len(parts); n > 0 && parts[n-1].kind == "literal" {
			parts[n-1].value += s
			return
		}
		parts = append(parts, formatPart{"literal", s})
	}, func(letter byte, n int) {
		kind, value := f.field(letter, n, t)
		parts = append(parts, formatPart{kind, value})
	})
	return parts
}

// field is one field of a pattern: what formatToParts calls it, and its text.
func (f *dateFormat) field(letter byte, n int, t time.Time) (kind, value string) {
	number := func(v int) string {
		if n == 2 {
			return twoDigits(v)
		}
		return strconv.Itoa(v)
	}
	switch letter {
	case 'E':
		return "weekday", styled(t.Weekday().String(), n)
	case 'y':
		if n == 2 {
			return "year", twoDigits(t.Year() % 100)
		}
		return "year", strconv.Itoa(t.Year())
	case 'M':
		switch {
		case n <= 2:
			return "month", number(int(t.Month()))
		case n == 3 && f.british && t.Month() == time.September:
			return "month", "Sept"
		}
		return "month", styled(t.Month().String(), n)
	case 'd':
		return "day", number(t.Day())
	case 'h':
		return "hour", number((t.Hour()+11)%12 + 1)
	case 'H':
		return "hour", number(t.Hour())
	case 'K':
		return "hour", number(t.Hour() % 12)
	case 'k':
		return "hour", number((t.Hour()+23)%24 + 1)
	case 'm':
		return "minute", twoDigitsIf(n == 2, t.Minute())
	case 's':
		return "second", twoDigitsIf(n == 2, t.Second())
	case 'S':
		return "fractionalSecond", (strconv.Itoa(1000 + t.Nanosecond()/1e6))[1 : 1+n]
	case 'a':
		mark := "AM"
		if t.Hour() >= 12 {
			mark = "PM"
		}
		if f.british {
			mark = strings.ToLower(mark)
		}
		return "dayPeriod", mark
	}
	style := "short"
	switch {
	case letter == 'z' && n == 4:
		style = "long"
	case letter == 'O' && n == 4:
		style = "longOffset"
	case letter == 'O':
		style = "shortOffset"
	}
	return "timeZoneName", f.zone.text(t, style, f.british)
}

func twoDigitsIf(two bool, n int) string {
	if two {
		return twoDigits(n)
	}
	return strconv.Itoa(n)
}

// styled is a name with three letters, all of them, or the first alone.
func styled(name string, n int) string {
	switch n {
	case 4:
		return name
	case 5:
		return name[:1]
	}
	return name[:3]
}

// resolved are the fields of a pattern as resolvedOptions names them.
func (f *dateFormat) resolved(pattern string) map[string]string {
	fields := map[string]string{}
	splitPattern(pattern, func(string) {}, func(letter byte, n int) {
		kind, _ := f.field(letter, n, time.Unix(0, 0).UTC())
		switch {
		case kind == "dayPeriod":
		case kind == "timeZoneName":
			fields[kind] = f.zoneName
		case kind == "fractionalSecond":
			fields["fractionalSecondDigits"] = strconv.Itoa(n)
		case n == 2:
			fields[kind] = "2-digit"
		case n == 1:
			fields[kind] = "numeric"
		default:
			fields[kind] = map[int]string{3: "short", 4: "long", 5: "narrow"}[n]
		}
		if kind == "hour" {
			fields["hourCycle"] = map[byte]string{'K': "h11", 'h': "h12", 'H': "h23", 'k': "h24"}[letter]
		}
	})
	return fields
}
