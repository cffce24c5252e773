//! Areas and parties as screens need them: where a case may go, and whether a fix lies off its grid.

use gewu_model::act::{Fix, Kind};
use gewu_model::view::AreaView;
use gewu_words::{ScreenWord, say_screen};
use serde::Serialize;

use crate::device::Device;
use crate::error::DeviceError;

/// Most areas that a search gives.
const FOUND_MAX: usize = 50;

/// A fix lies far from the grid that it is to be reported in. It may be saved all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FarOff {
    /// Metres from about the grid's middle, 2,000 or more.
    pub metres: u32,
    /// That in words.
    pub label: String,
}

impl Device {
    /// Where an act of this kind may send a case, found by name, code or local number: areas for `relocate`, parties for
    /// `dispatch`, nothing for other kinds. At most fifty, the best first; an empty text finds all, by number and code.
    ///
    /// # Errors
    /// `UnlockNeeded`.
    pub fn find_areas(&self, kind: Kind, text: &str) -> Result<Vec<AreaView>, DeviceError> {
        let member = self.inner.member()?;
        let areas = &member.pack.areas;
        Ok(areas.find(kind, text, FOUND_MAX).into_iter().map(|area| AreaView::of(areas, area.id)).collect())
    }

    /// Whether a fix lies 2 km or more off a grid, in words. `area`: code of the grid; `None`: the phone's own. `Ok(None)`:
    /// it does not, or nobody entered where the grid is.
    ///
    /// # Errors
    /// `UnlockNeeded`, `Invalid` for an unknown grid.
    pub fn far_off(&self, area: Option<&str>, place: &Fix) -> Result<Option<FarOff>, DeviceError> {
        let member = self.inner.member()?;
        let id = member.any_area(area)?;
        let name = AreaView::of(&member.pack.areas, id).name;
        Ok(member.pack.areas.far_off(id, place).map(|metres| {
            let kilometres = metres.saturating_add(500) / 1_000;
            let fills: [(&str, &dyn std::fmt::Display); 2] = [("area", &name), ("kilometres", &kilometres)];
            FarOff { metres, label: say_screen(self.inner.language, ScreenWord::ReportPlaceFar, &fills) }
        }))
    }
}
