using System.Security.Cryptography;
using System.Text;

namespace Embark.Planning;

/// <summary>Hash over what a plan installs: files and container, not tokens, times or facts that change nothing (decision 2).</summary>
internal static class PlanHash
{
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string Of(Profile profile, IEnumerable<PlanStep.WriteFile> files, ContainerSpec? container)
    {
        var text = new StringBuilder().Append("embark plan 1\n").Append(profile).Append('\n');
        foreach (var file in files.Where(f => f.Content is FileContent.Text or FileContent.SameAs))
            text.Append(file.Path).Append('\0').Append(file.Mode.Octal()).Append('\0').Append(Of(TextOf(file.Content))).Append('\n');
        if (container is not null) text.AppendJoin('\0', container.Command(container.Image)).Append('\n');
        return $"sha256:{Of(text.ToString())}";
    }

    public static string TextOf(FileContent content) => content switch
    {
        FileContent.Text text => text.Value,
        FileContent.SameAs same => same.Value,
        _ => "",
    };
}
