package actions

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// dateFormat is what Intl.DateTimeFormat's options ask for; "" is absent.
type dateFormat struct {
	british                   bool
	zone                      *zone
	weekday, year, month, day string
	hour, minute, second      string
	fraction                  int // digits of a second, 0 to 3
	zoneName                  string
	dateStyle, timeStyle      string
	hourCycle                 string
	hour12                    *bool
	explicit                  string // the first field that was asked for
}

// dateOptions are the options in the order in which they are read (ECMA-402,
// CreateDateTimeFormat), each with what it may be. Those without are refused.
var dateOptions = []struct {
	name   string
	values string
}{
	{"localeMatcher", "lookup|best fit"}, {"calendar", "gregory"}, {"numberingSystem", "latn"},
	{"hour12", ""}, {"hourCycle", "h11|h12|h23|h24"}, {"timeZone", ""},
	{"weekday", "narrow|short|long"}, {"era", "-"}, {"year", "2-digit|numeric"}, {"month", "2-digit|numeric|narrow|short|long"}, {"day", "2-digit|numeric"}, {"dayPeriod", "-"},
	{"hour", "2-digit|numeric"}, {"minute", "2-digit|numeric"}, {"second", "2-digit|numeric"}, {"fractionalSecondDigits", ""},
	{"timeZoneName", "short|long|shortOffset|longOffset|shortGeneric|longGeneric"}, {"formatMatcher", "basic|best fit"}, {"dateStyle", "full|long|medium|short"}, {"timeStyle", "full|long|medium|short"},
}

// askers are the functions that ask for each kind of format, as errors name them.
var askers = map[string]string{
	"any": "Date.prototype.toLocaleString", "date": "Date.prototype.toLocaleDateString", "time": "Date.prototype.toLocaleTimeString", "format": "Intl.DateTimeFormat",
}

// optionValue is the value of an option as a script gave it.
type optionValue struct {
	text   string
	truthy bool
	number float64
}

// set takes one option. It refuses what is not known instead of ignoring it.
func (f *dateFormat) set(name, values, kind string, v optionValue) error {
	unsupported := fmt.Errorf("the date format option %s is not supported by this emulator", name)
	switch {
	case values == "-":
		return unsupported
	case (name == "calendar" || name == "numberingSystem") && v.text != values:
		return fmt.Errorf("%w with the value %s", unsupported, v.text)
	case values != "" && !slices.Contains(strings.Split(values, "|"), v.text):
		return scriptError(fmt.Sprintf("Value %s out of range for %s options property %s", v.text, askers[kind], name))
	}
	field := map[string]*string{
		"weekday": &f.weekday, "year": &f.year, "month": &f.month, "day": &f.day, "hour": &f.hour, "minute": &f.minute, "second": &f.second,
		"timeZoneName": &f.zoneName, "dateStyle": &f.dateStyle, "timeStyle": &f.timeStyle, "hourCycle": &f.hourCycle,
	}[name]
	switch name {
	case "timeZone":
		zone, ok := findZone(v.text)
		if !ok {
			return scriptError("Invalid time zone specified: " + v.text)
		}
		f.zone = zone
		return nil
	case "hour12":
		f.hour12 = &v.truthy
		return nil
	case "fractionalSecondDigits":
		if !(v.number >= 1 && v.number <= 3) {
			return scriptError("fractionalSecondDigits value is out of range.")
		}
		f.fraction = int(v.number)
	case "dateStyle", "timeStyle", "hourCycle":
		*field = v.text
		return nil
	default:
		if field == nil {
			return nil // localeMatcher and the like decide nothing here
		}
		*field = v.text
	}
	if strings.HasSuffix(v.text, "Generic") {
		return fmt.Errorf("%w with the value %s", unsupported, v.text)
	}
	if f.explicit == "" {
		f.explicit = name
	}
	return nil
}

// complete applies the defaults of the method that was called (ECMA-402,
// CreateDateTimeFormat): "date", "time", "any" or "format".
func (f *dateFormat) complete(kind string) error {
	hasDate := f.weekday+f.year+f.month+f.day != ""
	hasTime := f.hour+f.minute+f.second != "" || f.fraction > 0
	if f.dateStyle != "" || f.timeStyle != "" {
		style := "dateStyle"
		if f.dateStyle == "" {
			style = "timeStyle"
		}
		switch {
		case f.explicit != "":
			return scriptError(fmt.Sprintf("Can't set option %s when %s is used", f.explicit, style))
		case kind == "time" && f.dateStyle != "":
			return scriptError("Invalid option : dateStyle")
		case kind == "date" && f.timeStyle != "":
			return scriptError("Invalid option : timeStyle")
		}
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

// cycle is the hour cycle in use: hour12 goes before hourCycle, and means the
// cycle from 0 where the locale's own starts there (ECMA-402 8th edition).
func (f *dateFormat) cycle() string {
	switch {
	case f.hour12 != nil && f.british && *f.hour12:
		return "h11"
	case f.hour12 != nil && f.british:
		return "h23"
	case f.hour12 != nil && *f.hour12:
		return "h12"
	case f.hour12 != nil:
		return "h24"
	case f.hourCycle != "":
		return f.hourCycle
	case f.british:
		return "h23"
	}
	return "h12"
}

// code is how the keys of patterns.txt write options.
func code(values ...string) string {
	letters := map[string]string{"": "-", "numeric": "n", "2-digit": "2", "long": "l", "short": "s", "narrow": "r"}
	s := ""
	for _, v := range values {
		s += letters[v]
	}
	return s
}

func (f *dateFormat) lookup(key string) string {
	locale := "en-US\t"
	if f.british {
		locale = "en-GB\t"
	}
	return datePatterns()[locale+key]
}

// pattern is the pattern of the whole format.
func (f *dateFormat) pattern() (string, error) {
	p, err := f.combined()
	if strings.Contains(p, "(") { // "2003 (day: 4)": CLDR has no pattern, and nobody wants that
		return "", errCombination
	}
	return p, err
}

func (f *dateFormat) combined() (string, error) {
	const comma, at = ", ", " 'at' "
	if f.dateStyle != "" || f.timeStyle != "" {
		date, clock := f.lookup("date."+f.dateStyle), f.lookup("time."+f.timeStyle+"."+f.cycle())
		if f.dateStyle == "full" || f.dateStyle == "long" {
			return glue(date, at, clock), nil
		}
		return glue(date, comma, clock), nil
	}
	date, clock := "", ""
	if f.weekday+f.year+f.month+f.day != "" {
		date = f.lookup(code(f.weekday, f.year, f.month, f.day))
	}
	clockKey := code(f.hour, f.minute, f.second)
	if f.hour != "" {
		clockKey += f.cycle()
	}
	switch {
	case f.hour != "" && f.minute == "" && (f.second != "" || f.fraction > 0),
		f.fraction > 0 && (f.second == "" || f.second == "2-digit" && f.minute == ""),
		f.british && f.hour == "numeric" && strings.HasSuffix(f.zoneName, "Offset"):
		return "", errCombination
	case clockKey == "---":
	case f.zoneName != "":
		clock = strings.TrimSuffix(f.lookup("z."+clockKey), " z")
	case f.weekday != "" && f.year+f.month+f.day == "" && f.fraction == 0:
		date, clock = "", f.lookup(code(f.weekday)+"."+clockKey)
	default:
		clock = f.lookup(clockKey)
	}
	if f.fraction > 0 {
		i := strings.LastIndexByte(clock, 's')
		clock = clock[:i+1] + "." + strings.Repeat("S", f.fraction) + clock[i+1:]
	}
	if f.zoneName != "" {
		clock = glue(clock, " ", map[string]string{"short": "z", "long": "zzzz", "shortOffset": "O", "longOffset": "OOOO"}[f.zoneName])
	}
	if f.month == "long" {
		return glue(date, at, clock), nil
	}
	return glue(date, comma, clock), nil
}

var errCombination = errors.New("this combination of date format options is not supported by this emulator: it would risk to answer otherwise than Node")

func glue(a, between, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + between + b
}
