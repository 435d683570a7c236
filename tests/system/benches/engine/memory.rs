//! Peak memory of the program that moves a history, beside that for a small one.

use std::time::Duration;

use system_tests::World;

const SMALL: u32 = 100;
/// `WORKOUTS=1000` takes a minute instead of ten.
fn large() -> u32 {
    std::env::var("WORKOUTS").map_or(10_000, |text| text.parse().unwrap())
}

pub(crate) async fn measure() {
    if !std::path::Path::new("/proc/self/status").exists() {
        println!("memory: skipped, it needs /proc");
        return;
    }
    // After a build the system has less of the program's file in memory than later, and counts less of it.
    peak(SMALL).await;
    let small = peak(SMALL).await;
    let (workouts, large) = (large(), peak(large()).await);
    println!(
        "memory: {:.1} MiB at most for {SMALL} workouts, {:.1} MiB for {workouts}: ratio {:.2}",
        small / 1024.0,
        large / 1024.0,
        large / small
    );
}

/// In KiB.
async fn peak(workouts: u32) -> f64 {
    let world = World::signed_in().await;
    world.polar.add_sessions(crate::history(workouts));
    let arguments = ["run", "--yes", "--json"];
    let mut child = world
        .command(&arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let mut peak = 0.0_f64;
    let ended = loop {
        if let Some(kibibytes) = std::fs::read_to_string(&status)
            .ok()
            .as_deref()
            .and_then(high_water)
        {
            peak = peak.max(kibibytes);
        }
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(ended.code(), Some(0));
    assert_eq!(world.runkeeper.activities().len(), workouts as usize);
    peak
}

fn high_water(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
