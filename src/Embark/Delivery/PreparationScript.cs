using System.Text;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>The script that root runs on a machine that is prepared.</summary>
public static class PreparationScript
{
    /// <summary>Complete, with its comments, to read and to run: <c>sh FILE check</c>, then <c>sh FILE</c>.</summary>
    public static string Of(Preparation preparation)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        return $"""
            #!/bin/sh
            user={ShellQuote.Quote(preparation.User)}
            directory={ShellQuote.Quote(preparation.Directory)}
            key={ShellQuote.Quote(preparation.PublicKey ?? "")}
            # /usr/local/sbin/embark-hosts, as base64
            tool={Convert.ToBase64String(Encoding.UTF8.GetBytes(ShellLibrary.HostsTool))}
            {ShellLibrary.Prepare}
            """;
    }
}
