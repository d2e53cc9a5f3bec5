//! Quantities as people read them.

/// Writes a count of things whose plural ends in s: `1 resource`, `21 resources`.
pub fn counted(count: u32, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// Writes a share from 0 to 1 in whole per cent; `under 1 %` where it is less.
pub fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 1.0 { "under 1 %".to_owned() } else { format!("{percent:.0} %") }
}

/// Writes a volume, given in megabytes of 10^6 bytes, in the unit that suits it.
pub fn volume(megabytes: f64) -> String {
    match megabytes {
        mb if mb >= 1000.0 => format!("{:.1} GB", mb / 1000.0),
        mb if mb >= 1.0 => format!("{mb:.1} MB"),
        mb if mb >= 0.001 => format!("{:.1} kB", mb * 1000.0),
        mb => format!("{:.0} bytes", mb * 1e6),
    }
}

/// Writes a duration in the unit that suits it.
pub fn duration(seconds: i64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_for_people() {
        assert_eq!([0.000_64, 0.064, 150.5, 2500.0].map(volume), ["640 bytes", "64.0 kB", "150.5 MB", "2.5 GB"]);
        assert_eq!([59, 600, 7200, 864_000].map(duration), ["59 s", "10 min", "2 h", "10 days"]);
        assert_eq!([0.004, 0.934].map(percent), ["under 1 %", "93 %"]);
        assert_eq!([1, 21].map(|count| counted(count, "resource")), ["1 resource", "21 resources"]);
    }
}
