package org.gewu.screens

import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import org.gewu.model.Screen
import org.gewu.model.Shell
import org.gewu.model.Tab

/** Whatever is on screen. */
@Composable
fun GewuScreens(shell: Shell) {
    val screen by shell.screen.collectAsState()
    val strip by shell.strip.collectAsState()
    when (val at = screen) {
        is Screen.Home -> when (at.tab) {
            Tab.TODAY -> TodayScreen(shell.today.state.collectAsState().value, strip, shell.today, shell::show)
            Tab.SUPERVISE -> SuperviseScreen(shell.supervise.state.collectAsState().value, strip, shell.supervise, shell::show)
            Tab.ME -> MeScreen(shell.me.state.collectAsState().value, strip, shell.me, shell::show)
        }
        is Screen.Case -> shell.case?.let { CaseScreen(it.state.collectAsState().value, strip, it) }
        Screen.Report -> shell.report?.let { ReportScreen(it.state.collectAsState().value, strip, it) }
    }
}
