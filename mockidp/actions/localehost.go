package actions

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// Locale output is the dangerous kind of wrong: nothing fails, and a decision
// such as "is it night there?" turns into its opposite. So this answers only
// for en-US, en-GB and combinations of options that were compared with Node,
// and throws for everything else.

// locales maps what scripts ask for to what is known; "" is British, as all
// English outside the United States, Canada excepted.
func knownLocale(name string) (british, ok bool) {
	switch name {
	case "en-US", "en", "":
		return false, true
	case "en-GB":
		return true, true
	}
	return false, false
}

func (w *world) refuseLocale(what, locale string) {
	w.throw("RangeError", fmt.Sprintf("%s for the locale %q is not supported by this emulator: it knows en-US and en-GB", what, locale))
}

// hostDate formats a time: milliseconds, locale, options, kind ("date", "time",
// "any" or "format").
func hostDate(w *world, args hostArgs) goja.Value {
	locale := args.text(1)
	british, ok := knownLocale(locale)
	if !ok {
		w.refuseLocale("a date", locale)
	}
	f := dateFormat{british: british, zone: time.UTC}
	if o, ok := args.at(2).(*goja.Object); ok {
		for _, name := range o.Keys() {
			v := o.Get(name)
			if goja.IsUndefined(v) {
				continue
			}
			if err := f.set(name, v.String(), v.ToBoolean()); err != nil {
				w.throw("RangeError", err.Error())
			}
		}
	}
	if err := f.complete(args.text(3)); err != nil {
		w.throw("TypeError", err.Error())
	}
	if err := f.supported(); err != nil {
		w.throw("RangeError", err.Error())
	}
	ms := args.at(0).ToFloat()
	if math.IsNaN(ms) || math.Abs(ms) > 8.64e15 {
		w.throw("RangeError", "Invalid time value")
	}
	t := time.UnixMilli(int64(ms)).In(f.zone)
	if t.Year() < 1900 || t.Year() > 9999 {
		w.throw("RangeError", fmt.Sprintf("a date in the year %d is not supported by this emulator", t.Year()))
	}
	return w.rt.ToValue(f.format(t))
}

// hostNumber formats a number: number or a string of digits, locale, options.
func hostNumber(w *world, args hostArgs) goja.Value {
	locale := args.text(1)
	if _, ok := knownLocale(locale); !ok {
		w.refuseLocale("a number", locale)
	}
	fewest, most, percent := w.numberOptions(args.at(2))
	digits := args.text(0)
	if v := args.at(0); goja.IsNumber(v) {
		f := v.ToFloat()
		if name := infinite(f); name != "" {
			if percent {
				name += "%"
			}
			return w.rt.ToValue(name)
		}
		// ICU too works on the shortest decimal that is this number.
		digits = strconv.FormatFloat(f, 'f', -1, 64)
		if f == 0 && math.Signbit(f) {
			digits = "-0"
		}
	}
	if percent {
		digits = hundredfold(digits)
	}
	s := groupDigits(roundDecimal(digits, fewest, most))
	if percent {
		s += "%"
	}
	return w.rt.ToValue(s)
}

// numberOptions reads the options of a number format: the fewest and the most
// decimals, and whether it is a percentage. It refuses those it does not know.
func (w *world) numberOptions(v goja.Value) (fewest, most int, percent bool) {
	fewest, most = -1, -1
	if o, ok := v.(*goja.Object); ok {
		for _, name := range o.Keys() {
			v := o.Get(name)
			decimals := v.ToFloat() >= 0 && v.ToFloat() <= 100
			switch {
			case goja.IsUndefined(v), name == "style" && v.String() == "decimal":
			case name == "style" && v.String() == "percent":
				percent = true
			case name == "minimumFractionDigits" && decimals:
				fewest = int(v.ToInteger())
			case name == "maximumFractionDigits" && decimals:
				most = int(v.ToInteger())
			default:
				w.throw("RangeError", fmt.Sprintf("the number format option %s: %s is not supported by this emulator", name, v.String()))
			}
		}
	}
	standard := 3
	if percent {
		standard = 0
	}
	switch {
	case fewest >= 0 && most >= 0 && fewest > most:
		w.throw("RangeError", "maximumFractionDigits value is out of range.")
	case most < 0:
		most = max(standard, fewest)
	}
	return max(fewest, 0), most, percent
}

// hundredfold multiplies a decimal text by 100.
func hundredfold(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	whole = strings.TrimLeft(whole+fraction[:2], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction = fraction[2:]; fraction != "" {
		return sign + whole + "." + fraction
	}
	return sign + whole
}

// roundDecimal rounds half away from zero to at most most decimals and keeps at
// least fewest.
func roundDecimal(s string, fewest, most int) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > most {
		n, _ := new(big.Int).SetString(whole+fraction[:most], 10)
		if fraction[most] >= '5' {
			n.Add(n, big.NewInt(1))
		}
		digits := n.String()
		for len(digits) <= most {
			digits = "0" + digits
		}
		whole, fraction = digits[:len(digits)-most], digits[len(digits)-most:]
	}
	for len(fraction) > fewest && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	for len(fraction) < fewest {
		fraction += "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}

// groupDigits puts commas between groups of three digits of the whole part.
func groupDigits(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, fraction, found := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if found {
		whole += "." + fraction
	}
	return sign + whole
}

// infinite is how a number without digits is written; "" for any other.
func infinite(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "∞"
	case math.IsInf(f, -1):
		return "-∞"
	}
	return ""
}
