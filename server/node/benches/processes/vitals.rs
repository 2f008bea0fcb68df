//! What the system says about a process.

/// A line of `/proc/PROCESS/status`, such as `VmHWM` in KiB. None when the process has ended.
pub(crate) fn status(process: u32, line: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let found = status
        .lines()
        .find_map(|text| text.strip_prefix(line)?.strip_prefix(':'))?;
    found.trim().trim_end_matches(" kB").parse().ok()
}

/// How many files and sockets it has open.
pub(crate) fn open_files(process: u32) -> Option<u64> {
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).ok()?;
    u64::try_from(files.count()).ok()
}
