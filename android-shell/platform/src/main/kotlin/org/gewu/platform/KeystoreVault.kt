package org.gewu.platform

import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.security.keystore.UserNotAuthenticatedException
import java.io.File
import java.io.FileOutputStream
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import org.gewu.bridge.Vault
import org.gewu.bridge.VaultLocked
import org.gewu.bridge.VaultLost

/** Encrypts the store's key with a key that never leaves the phone. */
interface Wrapping {
    fun wrap(plain: ByteArray): ByteArray

    /** Throws [VaultLocked] or [VaultLost]. */
    fun unwrap(wrapped: ByteArray): ByteArray
}

/**
 * The key of the encrypted store, wrapped, in a file of the app.
 *
 * **Invariant:** a key is made only where no file is: one that cannot be opened is never replaced, or everything that
 * is only on this phone would be lost with it. The file is whole or absent, whenever the battery is pulled.
 */
class KeystoreVault(private val file: File, private val wrapping: Wrapping) : Vault {
    @Synchronized
    override fun key(): ByteArray = if (file.exists()) wrapping.unwrap(file.readBytes()) else made()

    private fun made(): ByteArray {
        val key = ByteArray(KEY_BYTES).also(SecureRandom()::nextBytes)
        val half = File(file.path + ".half")
        FileOutputStream(half).use { out ->
            out.write(wrapping.wrap(key))
            out.fd.sync()
        }
        check(half.renameTo(file)) { "the key's file cannot be put in its place" }
        return key
    }

    private companion object {
        const val KEY_BYTES = 32
    }
}

/** AES-GCM with a key of the phone's keystore; the nonce stands before what it encrypted. */
class KeystoreWrapping(private val alias: String = "gewu-store") : Wrapping {
    override fun wrap(plain: ByteArray): ByteArray {
        val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.ENCRYPT_MODE, present() ?: generated()) }
        return cipher.iv + cipher.doFinal(plain)
    }

    override fun unwrap(wrapped: ByteArray): ByteArray = try {
        val key = present() ?: throw VaultLost()
        val cipher = Cipher.getInstance(CIPHER)
        cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, wrapped, 0, NONCE_BYTES))
        cipher.doFinal(wrapped, NONCE_BYTES, wrapped.size - NONCE_BYTES)
    } catch (_: UserNotAuthenticatedException) {
        throw VaultLocked()
    } catch (_: KeyPermanentlyInvalidatedException) {
        throw VaultLost()
    }

    @Throws(GeneralSecurityException::class)
    private fun present(): SecretKey? = KeyStore.getInstance(STORE).run {
        load(null)
        getKey(alias, null) as SecretKey?
    }

    private fun generated(): SecretKey = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).run {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        init(
            KeyGenParameterSpec.Builder(alias, purposes)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .setKeySize(KEY_BITS)
                .build(),
        )
        generateKey()
    }

    private companion object {
        const val STORE = "AndroidKeyStore"
        const val CIPHER = "AES/GCM/NoPadding"
        const val KEY_BITS = 256
        const val TAG_BITS = 128
        const val NONCE_BYTES = 12
    }
}
