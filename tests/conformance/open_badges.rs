//! Open Badges
