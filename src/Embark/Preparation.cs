using System.Text.RegularExpressions;
using Embark.Mesh;

namespace Embark;

/// <summary>How a machine shall be prepared; everything in it has passed its grammar.</summary>
public sealed partial record Preparation
{
    private Preparation() { }

    /// <summary>The account that the proxy runs as.</summary>
    public required string User { get; init; }

    /// <summary>The directory for everything of Embark's.</summary>
    public required string Directory { get; init; }

    /// <summary>Line for authorized_keys; null to leave it as it is.</summary>
    public string? PublicKey { get; init; }

    /// <summary>Checks and types it.</summary>
    /// <param name="user">Name of the account.</param>
    /// <param name="directory">Absolute directory.</param>
    /// <param name="publicKey">Text of a <c>.pub</c> file; null for none.</param>
    /// <exception cref="InvalidInputException">All that is wrong with it.</exception>
    public static Preparation Of(string user, string directory, string? publicKey)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(directory);
        var findings = new Findings();
        if (!Grammar.SshUser.Accepts(user) || user == "root") findings.Refuse("--user", $"\"{Printable.Text(user)}\" must be {Grammar.SshUser.Description}, and not root", "name an account of its own, such as istio-proxy");
        if (!Grammar.Directory.Accepts(directory)) findings.Refuse("--config-dir", $"\"{Printable.Text(directory)}\" must be {Grammar.Directory.Description}", "name one such as /etc/istio-proxy");
        var key = publicKey is null ? null : PublicKeyLine().Match(publicKey.Trim());
        if (key is { Success: false }) findings.Refuse("--public-key", "is no public key of OpenSSH, one line of type, key and comment", "name the .pub file of your key");
        findings.ThrowIfAny("preparation");
        return new() { User = user, Directory = directory, PublicKey = key is null ? null : $"{key.Groups["key"].Value}{Comment(key.Groups["comment"].Value)}" };
    }

    // The comment stands in a file of the machine: only what cannot mean anything there.
    private static string Comment(string text) => PlainComment().IsMatch(text) ? $" {text}" : "";

    [GeneratedRegex(@"\A(?<key>(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]{32,16384}={0,2})([ \t]+(?<comment>[^\r\n]*))?\z")]
    private static partial Regex PublicKeyLine();

    [GeneratedRegex(@"\A[A-Za-z0-9@._+-]{1,100}\z")]
    private static partial Regex PlainComment();
}

/// <summary>What preparing a machine changed, or would change.</summary>
/// <param name="Changes">One line each, in order.</param>
/// <param name="Notes">What is worth knowing, and what was not done.</param>
/// <param name="Done">False: they would be made.</param>
public sealed record PreparationReport(IReadOnlyList<string> Changes, IReadOnlyList<string> Notes, bool Done);
