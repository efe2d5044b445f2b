package actions

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // images without a zone database must know the zones too
)

// dateFormat is what Intl.DateTimeFormat's options ask for; "" is absent.
type dateFormat struct {
	british                   bool
	zone                      *time.Location
	weekday, year, month, day string
	hour, minute, second      string
	zoneName                  string
	dateStyle, timeStyle      string
	hourCycle                 string
	hour12                    *bool
}

// set takes one option. It refuses what is not known instead of ignoring it.
func (f *dateFormat) set(name, value string, truthy bool) error {
	enum := func(target *string, allowed ...string) error {
		if !slices.Contains(allowed, value) {
			return scriptError(fmt.Sprintf("Value %s out of range for Intl.DateTimeFormat options property %s", value, name))
		}
		*target = value
		return nil
	}
	const n, d2, long, short, narrow = "numeric", "2-digit", "long", "short", "narrow"
	switch name {
	case "timeZone":
		zone, err := loadZone(value)
		if err != nil {
			return scriptError(fmt.Sprintf("Invalid time zone specified: %s", value))
		}
		f.zone = zone
		return nil
	case "weekday":
		return enum(&f.weekday, long, short, narrow)
	case "year":
		return enum(&f.year, n, d2)
	case "month":
		return enum(&f.month, n, d2, long, short, narrow)
	case "day":
		return enum(&f.day, n, d2)
	case "hour":
		return enum(&f.hour, n, d2)
	case "minute":
		return enum(&f.minute, n, d2)
	case "second":
		return enum(&f.second, n, d2)
	case "timeZoneName":
		return enum(&f.zoneName, short)
	case "dateStyle":
		return enum(&f.dateStyle, "full", long, "medium", short)
	case "timeStyle":
		return enum(&f.timeStyle, "medium", short)
	case "hourCycle":
		return enum(&f.hourCycle, "h12", "h23")
	case "hour12":
		f.hour12 = &truthy
		return nil
	}
	return fmt.Errorf("the date format option %s is not supported by this emulator", name)
}

func loadZone(name string) (*time.Location, error) {
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "ETC/UTC", "ETC/GMT":
		return time.UTC, nil
	case "LOCAL", "":
		return nil, errors.New("no zone")
	}
	return time.LoadLocation(name)
}

// complete applies the defaults of the method that was called (ECMA-402
// CreateDateTimeFormat).
func (f *dateFormat) complete(kind string) error {
	hasDate := f.weekday+f.year+f.month+f.day != ""
	hasTime := f.hour+f.minute+f.second != ""
	if f.dateStyle != "" || f.timeStyle != "" {
		switch {
		case hasDate || hasTime || f.zoneName != "":
			return scriptError("Can't set option when dateStyle or timeStyle is used")
		case kind == "time" && f.dateStyle != "":
			return scriptError("Invalid option : dateStyle")
		case kind == "date" && f.timeStyle != "":
			return scriptError("Invalid option : timeStyle")
		}
		f.applyStyles()
		return nil
	}
	neither := !hasDate && !hasTime
	if kind == "date" && !hasDate || (kind == "any" || kind == "format") && neither {
		f.year, f.month, f.day = "numeric", "numeric", "numeric"
	}
	if kind == "time" && !hasTime || kind == "any" && neither {
		f.hour, f.minute, f.second = "numeric", "numeric", "numeric"
	}
	return nil
}

func (f *dateFormat) applyStyles() {
	switch f.dateStyle {
	case "full":
		f.weekday, f.year, f.month, f.day = "long", "numeric", "long", "numeric"
	case "long":
		f.year, f.month, f.day = "numeric", "long", "numeric"
	case "medium":
		f.year, f.month, f.day = "numeric", "short", "numeric"
	case "short":
		f.year, f.month, f.day = "2-digit", "numeric", "numeric"
		if f.british {
			f.year, f.month, f.day = "numeric", "2-digit", "2-digit"
		}
	}
	switch f.timeStyle {
	case "short":
		f.hour, f.minute = "numeric", "numeric"
	case "medium":
		f.hour, f.minute, f.second = "numeric", "numeric", "numeric"
	}
}

// supported refuses combinations whose form was not compared with Node.
func (f *dateFormat) supported() error {
	present := func(letter, value string) string {
		if value == "" {
			return ""
		}
		return letter
	}
	date := present("w", f.weekday) + present("y", f.year) + present("m", f.month) + present("d", f.day)
	clock := present("h", f.hour) + present("m", f.minute) + present("s", f.second)
	fine := slices.Contains([]string{"", "w", "y", "m", "d", "md", "ym", "ymd", "wmd", "wymd"}, date) &&
		slices.Contains([]string{"", "h", "hm", "hms", "m", "s"}, clock) &&
		!(date == "w" && clock != "")
	if f.zoneName != "" {
		fine = fine && clock != "" && !f.british && f.supportedZoneName()
	}
	if !fine {
		return errors.New("this combination of date format options is not supported by this emulator: it would risk to answer otherwise than Node")
	}
	return nil
}

// supportedZoneName: the short names of the Americas beyond the four zones of
// the contiguous United States are many and odd.
func (f *dateFormat) supportedZoneName() bool {
	switch name := f.zone.String(); name {
	case "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "UTC":
		return true
	default:
		area, _, _ := strings.Cut(name, "/")
		return area == "Europe" || area == "Asia" || area == "Australia"
	}
}

func (f *dateFormat) format(t time.Time) string {
	date, clock := f.date(t), f.clock(t)
	switch {
	case date == "":
		return clock
	case clock == "":
		return date
	case f.month == "long" || f.dateStyle == "full" || f.dateStyle == "long":
		return date + " at " + clock
	case f.weekday != "" && f.month+f.day+f.year == "":
		return date + " " + clock
	}
	return date + ", " + clock
}

// number writes n plainly or with two digits.
func number(n int, style string) string {
	switch style {
	case "2-digit":
		return fmt.Sprintf("%02d", n%100)
	case "numeric":
		return fmt.Sprint(n)
	}
	return ""
}

func (f *dateFormat) date(t time.Time) string {
	weekday := name(t.Weekday().String(), f.weekday)
	year, day := number(t.Year(), f.year), number(t.Day(), f.day)
	text := f.month == "long" || f.month == "short" || f.month == "narrow"
	month := number(int(t.Month()), f.month)
	if text {
		if month = name(t.Month().String(), f.month); f.british && month == "Sep" {
			month = "Sept"
		}
	} else if f.british && f.month != "" && f.widened() {
		month = number(int(t.Month()), "2-digit")
		if f.day != "" {
			day = number(t.Day(), "2-digit")
		}
	}
	var s string
	switch {
	case text && f.british:
		s = join(" ", day, month, year)
	case text:
		s = join(" ", month, day)
		if year != "" && day != "" {
			s += ", " + year
		} else {
			s = join(" ", s, year)
		}
	case f.british:
		s = join("/", day, month, year)
	default:
		s = join("/", month, day, year)
	}
	switch {
	case weekday == "":
		return s
	case s == "":
		return weekday
	case !text && month == "" && year == "": // weekday and day
		if f.british {
			return weekday + " " + s
		}
		return s + " " + weekday
	case f.british && f.year == "":
		return weekday + " " + s
	}
	return weekday + ", " + s
}

// widened tells whether British numbers get two digits although "numeric" was
// asked for: not when day and month were given different styles.
func (f *dateFormat) widened() bool {
	return f.weekday != "" || f.day != "" && f.day == f.month || f.day == "" && f.year != ""
}

// name is a weekday or month in the style asked for.
func name(full, style string) string {
	switch style {
	case "long":
		return full
	case "short":
		return full[:3]
	case "narrow":
		return full[:1]
	}
	return ""
}

func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

func (f *dateFormat) clock(t time.Time) string {
	if f.hour+f.minute+f.second == "" {
		return ""
	}
	half, from24 := f.halfDays()
	var parts []string
	if f.hour != "" {
		parts = append(parts, f.hourText(t.Hour(), half, from24))
	}
	if f.minute != "" {
		style := "2-digit"
		if len(parts) == 0 && f.second == "" {
			style = "numeric"
		}
		parts = append(parts, number(t.Minute(), style))
	}
	if f.second != "" {
		style := "2-digit"
		if len(parts) == 0 {
			style = "numeric"
		}
		parts = append(parts, number(t.Second(), style))
	}
	s := strings.Join(parts, ":")
	if half && f.hour != "" {
		mark := "AM"
		if t.Hour() >= 12 {
			mark = "PM"
		}
		if f.british {
			mark = strings.ToLower(mark)
		}
		s += " " + mark
	}
	if f.zoneName != "" {
		s += " " + f.zoneText(t)
	}
	return s
}

// halfDays tells whether hours run to 12, and whether midnight is 24: V8 writes
// 24:00 for en-US with hour12: false.
func (f *dateFormat) halfDays() (half, from24 bool) {
	switch {
	case f.hour12 != nil && *f.hour12:
		return true, false
	case f.hour12 != nil:
		return false, !f.british
	case f.hourCycle != "":
		return f.hourCycle == "h12", false
	}
	return !f.british, false
}

func (f *dateFormat) hourText(hour int, half, from24 bool) string {
	style := f.hour
	switch {
	case half:
		// With hour12 V8 gives British times the cycle 0 to 11.
		if hour %= 12; hour == 0 && !(f.british && f.hour12 != nil) {
			hour = 12
		}
	default:
		if from24 && hour == 0 {
			hour = 24
		}
		if !f.british || f.minute != "2-digit" {
			style = "2-digit"
		}
	}
	return number(hour, style)
}

// zoneText is the short name of the zone: the United States' own in American
// English, else the distance from GMT.
func (f *dateFormat) zoneText(t time.Time) string {
	name, offset := t.Zone()
	american := []string{"EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"}
	switch {
	case t.Location() == time.UTC:
		return "UTC"
	case slices.Contains(american, name) && !f.british && strings.HasPrefix(t.Location().String(), "America/"):
		return name
	case offset == 0:
		return "GMT"
	}
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	s := fmt.Sprintf("GMT%s%d", sign, offset/3600)
	if offset%3600 != 0 {
		s += fmt.Sprintf(":%02d", offset%3600/60)
	}
	return s
}
