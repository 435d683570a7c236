//! Moves workouts from any source to any destination, never one twice and never losing one.
