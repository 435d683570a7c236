//! Every sport of Polar has an activity type.

use polar_flow::sports::SportId;
use runkeeper::ActivityType;

/// Scenario: sports of Polar: a type for all 165, a reason where it is lossy
#[test]
fn all_sports_of_polar_have_a_type_and_most_have_more_than_other() {
    let mut other = Vec::new();
    let mut count = 0;
    for (id, name) in SportId::all() {
        count += 1;
        let mapped = ActivityType::for_sport(&id.to_sport());
        assert!(ActivityType::ALL.contains(&mapped.activity_type), "{name}");
        if mapped.activity_type == ActivityType::Other {
            assert!(
                mapped.loss.is_some(),
                "{name} becomes Other without a reason"
            );
            other.push(name);
        }
    }
    assert_eq!(count, 165);
    assert!(other.len() < 45, "{} of {count}: {other:?}", other.len());
    let type_of = |id| ActivityType::for_sport(&SportId(id).to_sport()).activity_type;
    assert_eq!(type_of(1), ActivityType::Run);
    assert_eq!(type_of(15), ActivityType::StrengthTraining);
    assert_eq!(type_of(18), ActivityType::Spinning);
    assert_eq!(type_of(103), ActivityType::Swimming);
}
