//! Windows of time of managed data stores (AWS, "Maintenance windows"): `03:00-04:00` and `sun:04:00-sun:05:00`.

const DAY: u32 = 24 * 60;

const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Whether a daily and a weekly window overlap; `None` where one of them is none.
pub(super) fn overlap(daily: &str, weekly: &str) -> Option<bool> {
    let (from, to) = daily.split_once('-')?;
    let (start, end) = weekly.split_once('-')?;
    let (from, to) = (minutes(from)?, minutes(to)?);
    let (start, end) = (in_week(start)?, in_week(end)?);
    let length = (to + DAY - from) % DAY;
    let span = (end + 7 * DAY - start) % (7 * DAY);
    let overlaps = |day: u32| {
        let from = day * DAY + from;
        let gap = (from + 7 * DAY - start) % (7 * DAY);
        let back = (start + 7 * DAY - from) % (7 * DAY);
        gap < span || back < length
    };
    Some((0..7).any(overlaps))
}

fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn in_week(text: &str) -> Option<u32> {
    let (day, time) = text.trim().split_once(':')?;
    let day = DAYS.iter().position(|known| known.eq_ignore_ascii_case(day))?;
    Some(u32::try_from(day).ok()? * DAY + minutes(time)?)
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn windows_overlap_across_midnight_and_the_week() {
        assert_eq!(overlap("03:00-04:00", "sun:04:00-sun:05:00"), Some(false));
        assert_eq!(overlap("03:30-04:30", "sun:04:00-sun:05:00"), Some(true));
        assert_eq!(overlap("23:30-00:30", "mon:00:00-mon:00:45"), Some(true));
        assert_eq!(overlap("03:00", "sun:04:00-sun:05:00"), None);
    }
}
