package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
)

// A topology is a TopoJSON file with quantized arcs (TopoJSON 1.0, section 2.1).
type topology struct {
	Transform struct{ Scale, Translate [2]float64 }
	Arcs      [][][2]int
	Objects   map[string]struct{ Geometries []geometry }
}

type geometry struct {
	ID         string
	Type       string
	Arcs       json.RawMessage
	Properties struct{ Name string }
}

type point struct{ lat, lon float64 }

// A ring is a closed line whose last point is not its first again.
type ring []point

func readTopology(file string) (*topology, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: run npm ci first, see the top of gen/main.go", err)
	}
	t := new(topology)
	return t, json.Unmarshal(data, t)
}

// polygons returns the polygons of g, each with its outer ring first.
func (t *topology) polygons(g geometry) (out [][]ring) {
	var many [][][]int
	if g.Type == "Polygon" {
		many = make([][][]int, 1)
		_ = json.Unmarshal(g.Arcs, &many[0]) // of that shape by its type
	} else {
		_ = json.Unmarshal(g.Arcs, &many)
	}
	for _, polygon := range many {
		var rings []ring
		for _, arcs := range polygon {
			rings = append(rings, t.ring(arcs))
		}
		out = append(out, rings)
	}
	return out
}

// ring joins arcs; a negative number is an arc in the other direction.
func (t *topology) ring(arcs []int) (r ring) {
	for _, id := range arcs {
		a := t.arc(max(id, ^id))
		if id < 0 {
			slices.Reverse(a)
		}
		if len(r) > 0 {
			a = a[1:] // where two arcs meet they share a point
		}
		r = append(r, a...)
	}
	return r[:len(r)-1]
}

func (t *topology) arc(id int) (r ring) {
	x, y := 0, 0
	for _, step := range t.Arcs[id] {
		x, y = x+step[0], y+step[1]
		r = append(r, point{
			lon: float64(x)*t.Transform.Scale[0] + t.Transform.Translate[0],
			lat: float64(y)*t.Transform.Scale[1] + t.Transform.Translate[1],
		})
	}
	return r
}

// unrolled lets a ring go on beyond 180 degrees instead of jumping to the other side.
func (r ring) unrolled() ring {
	out := slices.Clone(r)
	for i := 1; i < len(out); i++ {
		for out[i].lon-out[i-1].lon > 180 {
			out[i].lon -= 360
		}
		for out[i].lon-out[i-1].lon < -180 {
			out[i].lon += 360
		}
	}
	return out
}

func (r ring) shifted(degrees float64) ring {
	out := slices.Clone(r)
	for i := range out {
		out[i].lon += degrees
	}
	return out
}

// clipped keeps what lies west (side -1) or east (side 1) of a meridian
// (Sutherland and Hodgman, for one edge).
func (r ring) clipped(meridian, side float64) (out ring) {
	inside := func(p point) bool { return (p.lon-meridian)*side >= 0 }
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if inside(a) {
			out = append(out, a)
		}
		if inside(a) != inside(b) {
			t := (meridian - a.lon) / (b.lon - a.lon)
			out = append(out, point{lat: a.lat + t*(b.lat-a.lat), lon: meridian})
		}
	}
	return out
}

func (r ring) north() float64 {
	north := -90.0
	for _, p := range r {
		north = max(north, p.lat)
	}
	return north
}

// signed is twice the area in square degrees, as a flat map has it, and the centre's
// coordinates weighted by it.
func (r ring) signed() (area, lat, lon float64) {
	for i, a := range r {
		b := r[(i+1)%len(r)]
		w := a.lon*b.lat - b.lon*a.lat
		area += w
		lat += (a.lat + b.lat) * w
		lon += (a.lon + b.lon) * w
	}
	return area, lat, lon
}

func (r ring) area() float64 {
	area, _, _ := r.signed()
	return math.Abs(area)
}

func (r ring) centre() point {
	area, lat, lon := r.signed()
	return point{lat: lat / (3 * area), lon: lon / (3 * area)}
}

// cuts returns where a parallel crosses the ring, from west to east.
func (r ring) cuts(lat float64) (lons []float64) {
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if (a.lat > lat) != (b.lat > lat) {
			lons = append(lons, a.lon+(lat-a.lat)/(b.lat-a.lat)*(b.lon-a.lon))
		}
	}
	slices.Sort(lons)
	return lons
}
