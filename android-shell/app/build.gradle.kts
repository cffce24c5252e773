plugins {
    id("com.android.application") version "8.9.3"
    id("org.jetbrains.kotlin.android") version "2.2.20"
    id("org.jetbrains.kotlin.plugin.compose") version "2.2.20"
}

// What `android-shell/generate` writes, and the core for the phone (docs/shells.md).
val target = rootDir.resolve("../target")

android {
    namespace = "org.gewu.app"
    compileSdk = 36

    defaultConfig {
        applicationId = "org.gewu.app"
        minSdk = 26
        targetSdk = 34
        versionCode = 1
        versionName = "0.1.0"
        ndk { abiFilters += "arm64-v8a" }
    }

    sourceSets["main"].apply {
        kotlin.srcDirs(
            "src/main/kotlin",
            "../bridge/src/main/kotlin",
            "../model/src/main/kotlin",
            "../screens/src/main/kotlin",
            "../platform/src/main/kotlin",
            target.resolve("bindings/kotlin"),
            target.resolve("android-shell/generated/tokens"),
        )
        res.srcDirs("src/main/res", target.resolve("android-shell/generated/res"))
        jniLibs.srcDirs(target.resolve("android-shell/jni"))
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "keep.pro")
        }
    }
}

kotlin { jvmToolchain(17) }

dependencies {
    implementation("androidx.activity:activity-compose:1.10.1")
    implementation("androidx.compose.foundation:foundation:1.8.2")
    implementation("androidx.compose.runtime:runtime:1.8.2")
    implementation("androidx.compose.ui:ui:1.8.2")
    implementation("androidx.lifecycle:lifecycle-runtime-ktx:2.8.7")
    implementation("com.google.zxing:core:3.5.3")
    implementation("net.java.dev.jna:jna:5.18.1@aar")
    implementation("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.9.0")
}
