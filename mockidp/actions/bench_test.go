//go:build linux

package actions

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"
)

// cpuOfSelf is the CPU time of this process so far.
func cpuOfSelf() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// cpuOf is the CPU time of all threads of another process so far.
func cpuOf(tb testing.TB, pid int) (total time.Duration) {
	tb.Helper()
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		tb.Skip("the CPU time of a worker is read from /proc: ", err)
	}
	for _, t := range threads {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, t.Name()))
		if err != nil {
			continue
		}
		var ns int64
		fmt.Sscan(string(b), &ns)
		total += time.Duration(ns)
	}
	return total
}

// signatureCPU is what one RSA-2048 signature costs here and now.
func signatureCPU(b *testing.B) time.Duration {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256([]byte("x"))
	const n = 300
	start := cpuOfSelf()
	for range n {
		if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:]); err != nil {
			b.Fatal(err)
		}
	}
	return (cpuOfSelf() - start) / n
}

func benchmarkRuns(b *testing.B, cfg Config) {
	cfg.Workers = 1
	r, err := New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	flow := []Action{{ID: "act_1", Name: "post-login-claims", Version: 1, Source: workshopSource(b)}}
	ev := sampleEvent(b)
	run := func() {
		out, err := r.PostLogin(b.Context(), flow, ev)
		if err != nil || len(out.IDToken) != 3 {
			b.Fatal(out, err)
		}
	}
	for range 50 {
		run()
	}
	signature := signatureCPU(b)
	pid := 0
	if p, ok := r.pool.idle[0].(*process); ok {
		pid = p.cmd.Process.Pid
	}
	self, child := cpuOfSelf(), time.Duration(0)
	if pid != 0 {
		child = cpuOf(b, pid)
	}
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
	self = cpuOfSelf() - self
	if pid != 0 {
		child = cpuOf(b, pid) - child
	}
	n := time.Duration(b.N)
	signature = (signature + signatureCPU(b)) / 2
	b.ReportMetric(float64((self/n).Nanoseconds())/1000, "server-cpu-us/op")
	b.ReportMetric(float64((child/n).Nanoseconds())/1000, "worker-cpu-us/op")
	b.ReportMetric(float64((self+child)/n)/float64(signature), "ratio-to-RSA-2048")
}

func BenchmarkWorkerWarm(b *testing.B)    { benchmarkRuns(b, Config{}) }
func BenchmarkWorkerCold(b *testing.B)    { benchmarkRuns(b, Config{Cold: true}) }
func BenchmarkInProcessWarm(b *testing.B) { benchmarkRuns(b, Config{InProcess: true}) }
func BenchmarkInProcessCold(b *testing.B) { benchmarkRuns(b, Config{InProcess: true, Cold: true}) }

func BenchmarkWorkerStart(b *testing.B) {
	l := Limits{Soft: 128 << 20, Hard: 512 << 20}
	for b.Loop() {
		p, err := startProcess(l, "", capture)
		if err != nil {
			b.Fatal(err)
		}
		p.close()
	}
}
