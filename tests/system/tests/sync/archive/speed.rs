//! Time and memory of a run, as ratios: of the time that the service alone needs, and of a run over a tenth of the sessions.
//!
//! `ARCHIVE_SESSIONS=3000 cargo test --release -p system-tests --test sync archive::speed -- --ignored --nocapture`

use std::time::{Duration, Instant};

use fake_services::Fault;

use super::{DIR, account, downloads};

const PARALLEL: u32 = 8;

/// The most memory that a process had at a time, in kB, seen from outside until it ends.
async fn peak(mut child: tokio::process::Child) -> u64 {
    let path = format!("/proc/{}/status", child.id().unwrap());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let value = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(value.unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return peak;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The time of a run, the requests for files, and the memory.
async fn run(sessions: u64, latency: Duration) -> (Duration, usize, u64) {
    let mut world = account(sessions).await;
    world.set("SYNC_PARALLEL", &PARALLEL.to_string());
    world.polar.faults().always("/", Fault::Slow(latency));
    let begin = Instant::now();
    let child = world.command(&[
        "archive",
        DIR,
        "--formats=summary,details,tcx,gpx,fit,csv,rr",
    ]);
    let mut child = child;
    child
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let peak = peak(child.spawn().unwrap()).await;
    let all = world.polar.requests().all().len();
    let fetched = downloads(&world).len();
    // The listing and the sign-in are one request after the other.
    let alone = latency * u32::try_from(all - fetched).unwrap();
    (begin.elapsed().saturating_sub(alone), fetched, peak)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: minutes, and worth something in a release build only"]
async fn it_is_as_fast_as_the_service_and_needs_no_more_memory_for_more_sessions() {
    let many = super::killed::sessions();
    let latency = Duration::from_millis(50);
    let (_, _, small) = run(many / 10, latency).await;
    let (time, requests, large) = run(many, latency).await;
    let limit = latency * u32::try_from(requests).unwrap() / PARALLEL;
    let times = time.as_secs_f64() / limit.as_secs_f64();
    #[allow(clippy::print_stdout)]
    {
        println!(
            "{many} sessions, {requests} requests at {PARALLEL} at a time: {:.1} s, {times:.2} of the limit; peak {} kB with {}, {} kB",
            time.as_secs_f64(),
            small,
            many / 10,
            large
        );
    }
    assert!(large < small + 24 * 1024, "{small} kB, then {large} kB");
}
