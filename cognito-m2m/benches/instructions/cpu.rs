//! The features of the CPU for which libraries have code paths of their own.

const FEATURES: [&str; 6] = ["avx", "avx2", "bmi2", "adx", "avx512f", "sha_ni"];

/// Returns the features among the flags in `/proc/cpuinfo`, or `unknown` if it has no flags.
pub(crate) fn features(cpu_info: &str) -> String {
    let flags = cpu_info
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find_map(|(name, flags)| (name.trim() == "flags").then_some(flags));
    let Some(flags) = flags else {
        return "unknown".to_owned();
    };
    let has = |feature: &&str| flags.split_whitespace().any(|flag| flag == *feature);
    let features: Vec<&str> = FEATURES.into_iter().filter(has).collect();
    if features.is_empty() {
        "none".to_owned()
    } else {
        features.join(" ")
    }
}
