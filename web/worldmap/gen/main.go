// Command gen draws the land of the world map and finds the middle of each country,
// from Natural Earth's public domain data in the npm package world-atlas, whose
// version package.json pins. Run it by hand, in this repository's root, when that
// changes:
//
//	npm ci --prefix web/worldmap/gen --ignore-scripts
//	go run ./web/worldmap/gen
//
// Its output is committed, so that nobody needs Node.js to build the app.
package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"example.com/postlogin/web/worldmap"
)

func main() {
	if err := run("web/worldmap"); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes land.path and countries.txt into dir.
func run(dir string) error {
	atlas := filepath.Join(dir, "gen/node_modules/world-atlas")
	land, err := readTopology(filepath.Join(atlas, "land-110m.json"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "land.path"), []byte(drawing(land)), 0o644); err != nil {
		return err
	}
	countries, err := readTopology(filepath.Join(atlas, "countries-50m.json"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "countries.txt"), []byte(middles(countries)), 0o644)
}

// drawing makes the path of all land, in whole units of the map.
func drawing(t *topology) string {
	var b strings.Builder
	for _, g := range t.Objects["land"].Geometries {
		for _, polygon := range t.polygons(g) {
			for _, r := range polygon {
				drawRing(&b, r)
			}
		}
	}
	return b.String()
}

// drawRing draws r once for each side of the date line that it touches.
func drawRing(b *strings.Builder, r ring) {
	r = r.unrolled()
	if math.Abs(r[len(r)-1].lon-r[0].lon) > 180 {
		return // it goes around the pole: Antarctica, which the map leaves out
	}
	for _, turn := range []float64{-360, 0, 360} {
		part := r.shifted(turn).clipped(180, -1).clipped(-180, 1)
		if len(part) < 3 || part.north() < worldmap.South {
			continue
		}
		var points [][2]int
		for _, p := range part {
			x, y := worldmap.XY(p.lat, p.lon)
			q := [2]int{int(math.Round(x)), int(math.Round(y))}
			if len(points) == 0 || points[len(points)-1] != q {
				points = append(points, q)
			}
		}
		drawPoints(b, straightened(points))
	}
}

// straightened leaves out points in the middle of a straight line.
func straightened(points [][2]int) [][2]int {
	var out [][2]int
	for i, p := range points {
		if i > 0 && i < len(points)-1 {
			a, c := out[len(out)-1], points[i+1]
			cross := (p[0]-a[0])*(c[1]-p[1]) - (p[1]-a[1])*(c[0]-p[0])
			ahead := (p[0]-a[0])*(c[0]-p[0]) + (p[1]-a[1])*(c[1]-p[1])
			if cross == 0 && ahead > 0 {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// drawPoints writes a closed shape in relative steps, which are short.
func drawPoints(b *strings.Builder, points [][2]int) {
	if len(points) < 3 {
		return
	}
	fmt.Fprintf(b, "M%d %dl", points[0][0], points[0][1])
	for i := 1; i < len(points); i++ {
		for j := range 2 {
			step := points[i][j] - points[i-1][j]
			if step >= 0 && (i > 1 || j > 0) {
				b.WriteByte(' ')
			}
			b.WriteString(strconv.Itoa(step))
		}
	}
	b.WriteByte('z')
}

// middles lists "CODE latitude longitude" of each country with an ISO 3166-1 code.
func middles(t *topology) string {
	var lines []string
	for _, g := range t.Objects["countries"].Geometries {
		code := isoCode(g)
		if code == "" {
			continue // disputed or dependent, without a code of its own
		}
		p := middle(t.polygons(g))
		if !worldmap.OnMap(p.lat, p.lon) {
			continue // Antarctica
		}
		lines = append(lines, fmt.Sprintf("%s %.1f %.1f\n", code, p.lat, p.lon))
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "")
}

func isoCode(g geometry) string {
	if g.Properties.Name == "Kosovo" { // user-assigned, and what location databases use
		return "XK"
	}
	region, err := language.ParseRegion(g.ID) // a UN M49 number
	if err != nil || !region.IsCountry() || len(region.String()) != 2 {
		return ""
	}
	return region.String()
}

// middle returns a point well inside the largest part of a country: the centre of
// its area or, where that lies outside (a crescent), the middle of the widest
// stretch at its latitude.
func middle(polygons [][]ring) point {
	var largest ring
	for _, polygon := range polygons {
		if r := polygon[0].unrolled(); r.area() > largest.area() {
			largest = r
		}
	}
	centre := largest.centre()
	cuts := largest.cuts(centre.lat)
	best := point{lat: centre.lat, lon: centre.lon}
	width := 0.0
	for i := 0; i+1 < len(cuts); i += 2 {
		if cuts[i] <= centre.lon && centre.lon <= cuts[i+1] {
			best.lon = centre.lon
			break
		}
		if w := cuts[i+1] - cuts[i]; w > width {
			width, best.lon = w, (cuts[i]+cuts[i+1])/2
		}
	}
	for best.lon > 180 {
		best.lon -= 360
	}
	for best.lon < -180 {
		best.lon += 360
	}
	return best
}
