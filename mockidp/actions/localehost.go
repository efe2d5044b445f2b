package actions

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// Locale output is the dangerous kind of wrong: nothing fails, and a decision
// such as "is it night there?" turns into its opposite. So this answers only
// for en, en-US, en-GB and options that were compared with Node, and throws for
// everything else.

// knownLocale tells en-GB from en-US and en, which writes as en-US does.
func knownLocale(name string) (british, ok bool) {
	switch strings.ToLower(name) {
	case "en-us", "en":
		return false, true
	case "en-gb":
		return true, true
	}
	return false, false
}

func (w *world) refuseLocale(what, locale string) {
	w.throw("RangeError", fmt.Sprintf("%s for the locale %q is not supported by this emulator: it knows en, en-US and en-GB", what, locale))
}

// A compiledDate is a date format with its pattern, made once by Intl.DateTimeFormat.
type compiledDate struct {
	format  dateFormat
	pattern string
}

// hostDateFormat makes a format for hostDate: locale, options, kind ("date",
// "time", "any" or "format").
func hostDateFormat(w *world, args hostArgs) goja.Value {
	f, pattern := w.dateFormat(args)
	return w.rt.ToValue(&compiledDate{f, pattern})
}

// hostDate formats a time: format, milliseconds, and whether pairs of type and
// value are wanted ("parts") or text.
func hostDate(w *world, args hostArgs) goja.Value {
	c, ok := args.at(0).Export().(*compiledDate)
	if !ok {
		w.throw("TypeError", "expected a date format")
	}
	ms := args.at(1).ToFloat()
	if math.IsNaN(ms) || math.Abs(ms) > 8.64e15 {
		w.throw("RangeError", "Invalid time value")
	}
	t := time.UnixMilli(int64(ms)).In(c.format.zone.place)
	switch {
	case t.Year() < 1900 || t.Year() > 9999:
		w.throw("RangeError", fmt.Sprintf("a date in the year %d is not supported by this emulator", t.Year()))
	case c.format.zone.place != time.UTC && (ms < float64(c.format.zone.since().UnixMilli()) || t.Year() > 2037):
		// Before, the records of zones differ, and who knows the law of 2038.
		w.throw("RangeError", fmt.Sprintf("a date in the year %d in the time zone %s is not supported by this emulator: it knows that zone from %d to 2037", t.Year(), c.format.zone.name, c.format.zone.since().Year()))
	}
	parts := c.format.parts(c.pattern, t)
	if args.text(2) == "parts" {
		return w.formatted(parts, "parts")
	}
	// Node changes CLDR's narrow space before AM and PM to a plain one, in text only.
	return w.rt.ToValue(strings.ReplaceAll(joinParts(parts), "\u202f", " "))
}

// hostDateOptions is what a format resolved to.
func hostDateOptions(w *world, args hostArgs) goja.Value {
	c, ok := args.at(0).Export().(*compiledDate)
	if !ok {
		w.throw("TypeError", "expected a date format")
	}
	if strings.Contains(c.pattern, "'h'") { // "17h UTC": V8 takes that letter for a field
		w.throw("Error", "resolvedOptions of an hour with a zone and no minute is not supported by this emulator")
	}
	o := w.rt.NewObject()
	for name, value := range c.format.resolved(c.pattern) {
		o.Set(name, value)
	}
	o.Set("timeZone", c.format.zone.name)
	if c.format.dateStyle != "" {
		o.Set("dateStyle", c.format.dateStyle)
	}
	if c.format.timeStyle != "" {
		o.Set("timeStyle", c.format.timeStyle)
	}
	return o
}

// formatted is text, or with "parts" pairs of type and value.
func (w *world) formatted(parts []formatPart, wanted string) goja.Value {
	if wanted != "parts" {
		return w.rt.ToValue(joinParts(parts))
	}
	var list []any
	for _, p := range parts {
		list = append(list, w.rt.NewArray(p.kind, p.value))
	}
	return w.rt.NewArray(list...)
}

// dateFormat reads the arguments of hostDateFormat, or throws what is wrong with them.
func (w *world) dateFormat(args hostArgs) (f dateFormat, pattern string) {
	locale := args.text(0)
	var ok bool
	if f.british, ok = knownLocale(locale); !ok {
		w.refuseLocale("a date", locale)
	}
	f.zone = &zone{name: "UTC", place: time.UTC, fields: []string{"0@0=UTC", "=", "0@0=Coordinated Universal Time", "="}}
	if o, ok := args.at(1).(*goja.Object); ok {
		for _, option := range dateOptions {
			v := o.Get(option.name)
			if v == nil || goja.IsUndefined(v) {
				continue
			}
			if err := f.set(option.name, option.values, args.text(2), optionValue{v.String(), v.ToBoolean(), v.ToFloat()}); err != nil {
				w.throw("RangeError", err.Error())
			}
		}
	}
	if err := f.complete(args.text(2)); err != nil {
		w.throw("TypeError", err.Error())
	}
	pattern, err := f.pattern()
	if err != nil {
		w.throw("RangeError", err.Error())
	}
	return f, pattern
}
