namespace Embark.Mesh;

/// <summary>Where the operator's policy is (decision 13): as asked for, else EMBARK_POLICY, else the user's, else the machine's.</summary>
public static class PolicyFile
{
    private const string OfTheMachine = "/etc/embark/policy.yaml";

    /// <summary>Reads the policy that holds here; <see cref="Policy.None"/> where there is none.</summary>
    /// <param name="asked">File named on the command line; null for none. A file that was named must be there.</param>
    /// <exception cref="EmbarkException">The file cannot be read (<see cref="FailureClass.BadInput"/>): without it nothing is allowed to happen.</exception>
    public static Policy Load(string? asked)
    {
        var named = NotEmpty(asked) ?? NotEmpty(Environment.GetEnvironmentVariable("EMBARK_POLICY"));
        var file = named ?? new[] { OfTheUser(), OfTheMachine }.FirstOrDefault(File.Exists);
        if (file is null) return Policy.None;
        try
        {
            return Policy.Parse(File.ReadAllText(file), file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EmbarkException(FailureClass.BadInput, $"the policy {file} cannot be read: {failure.Message}", "make it readable, or name another with --policy", failure);
        }
    }

    private static string OfTheUser()
    {
        var configuration = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
        if (string.IsNullOrEmpty(configuration) || !Path.IsPathRooted(configuration))
            configuration = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return Path.Combine(configuration, "embark", "policy.yaml");
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
