package org.gewu.screens

object Tokens {
    const val paperLight = 0xFFF7F6F2; const val paperDark = 0xFF121614
    const val cardLight = 0xFFFFFFFF; const val cardDark = 0xFF1B211E
    const val lineLight = 0xFFE2E0D8; const val lineDark = 0xFF2D3531
    const val inkLight = 0xFF1C2321; const val inkDark = 0xFFE9ECE9
    const val softLight = 0xFF5C6662; const val softDark = 0xFFA3ADA8
    const val jadeLight = 0xFF0B6B52; const val jadeDark = 0xFF5CC9A3
    const val jadeSoftLight = 0xFFDCEFE7; const val jadeSoftDark = 0xFF143A2E
    const val redLight = 0xFFB3261E; const val redDark = 0xFFFF8A80
    const val redSoftLight = 0xFFFBE4E1; const val redSoftDark = 0xFF42201D
    const val amberLight = 0xFF8A5300; const val amberDark = 0xFFF2B65A
    const val amberSoftLight = 0xFFFBECD3; const val amberSoftDark = 0xFF3D2D12
}
