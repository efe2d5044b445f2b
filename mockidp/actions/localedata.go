package actions

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // images without a zone database must know the zones too
)

// What Unicode's CLDR says about dates in en-US and en-GB, as Node 20 (CLDR 48)
// answers it; testdata/node/localedata.js wrote these files. No Go module has it.
//
// patterns.txt: locale, key, pattern. A date's key has a letter each for
// weekday, year, month and day (n numeric, 2 2-digit, l long, s short, r narrow,
// - absent), a time's for hour, minute and second, and then the hour cycle;
// "l.n2-h12" is a weekday with a time; "date.full" and "time.short.h23" are
// styles. Patterns are CLDR's (UTS #35, part 4, 8.1).
//
// zones.txt: a zone and the name that it goes by now; or a zone and its short
// names in en-US and en-GB ("=" the same), and its long names likewise. Names
// are since@offset=name,offset=name;since@… in seconds and minutes. For an
// offset without a name ICU writes GMT+1.
var (
	//go:embed localedata/patterns.txt
	patternsText string
	//go:embed localedata/zones.txt
	zonesText string
)

// datePatterns maps locale, tab, key to a pattern.
var datePatterns = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(patternsText) {
		line = strings.TrimSuffix(line, "\n")
		key, pattern := line[:strings.LastIndexByte(line, '\t')], line[strings.LastIndexByte(line, '\t')+1:]
		all[key] = pattern
	}
	return all
})

// A zone is a time zone under the name that Node gives it.
type zone struct {
	name   string
	place  *time.Location
	fields []string // of zones.txt, after the name
}

// zoneLines maps names of zones, in lower case, to their fields.
var zoneLines = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for line := range strings.Lines(zonesText) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all[strings.ToLower(fields[0])] = fields
	}
	return all
})

// findZone finds a zone without regard to case, as ECMA-402 wants (6.4).
func findZone(name string) (*zone, bool) {
	fields, ok := zoneLines()[strings.ToLower(name)]
	if !ok {
		return nil, false
	}
	name = fields[0]
	switch len(fields) {
	case 2: // another name of a zone
		name = fields[1]
		fields = zoneLines()[strings.ToLower(name)]
	case 6: // the same, whose times are called otherwise
		name, fields = fields[1], fields[1:]
	}
	if name == "UTC" {
		return &zone{name, time.UTC, fields[1:]}, true
	}
	place, err := time.LoadLocation(name)
	return &zone{name, place, fields[1:]}, err == nil
}

// since is the time from which Go's records of the zone are Node's.
func (z *zone) since() time.Time {
	year := 1970
	switch z.name {
	case "America/Tijuana":
		year = 1977
	case "Africa/Monrovia":
		year = 1973
	}
	return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
}

// text is the zone's name at t: style is "short", "long", "shortOffset" or "longOffset".
func (z *zone) text(t time.Time, style string, british bool) string {
	_, offset := t.Zone()
	if (style == "short" || style == "long") && len(z.fields) == 4 {
		i := 0
		if style == "long" {
			i = 2
		}
		names := z.fields[i]
		if british && z.fields[i+1] != "=" {
			names = z.fields[i+1]
		}
		if name := nameAt(names, t.Unix(), offset/60); name != "" {
			return name
		}
	}
	return gmtText(offset, style)
}

// nameAt finds the name of an offset in a field of zones.txt.
func nameAt(names string, at int64, minutes int) string {
	found := ""
	for period := range strings.SplitSeq(names, ";") {
		since, list, ok := strings.Cut(period, "@")
		from, err := strconv.ParseInt(since, 10, 64)
		if !ok || err != nil || from > at {
			continue
		}
		found = ""
		for entry := range strings.SplitSeq(list, ",") {
			if offset, name, ok := strings.Cut(entry, "="); ok && offset == strconv.Itoa(minutes) {
				found = name
			}
		}
	}
	return found
}

// gmtText is an offset: GMT-5, GMT+5:30 when short, GMT-05:00 when long.
func gmtText(offset int, style string) string {
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	hours, minutes := offset/3600, offset%3600/60
	switch {
	case style == "short" && offset == 0, style == "long" && offset == 0:
		return "GMT"
	case strings.HasPrefix(style, "long"):
		return "GMT" + sign + twoDigits(hours) + ":" + twoDigits(minutes)
	case minutes != 0:
		return "GMT" + sign + strconv.Itoa(hours) + ":" + twoDigits(minutes)
	}
	return "GMT" + sign + strconv.Itoa(hours)
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
