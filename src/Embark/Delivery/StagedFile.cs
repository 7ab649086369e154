using System.Security.Cryptography;
using System.Text;
using Embark.Kubernetes;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>A planned file with the bytes it gets.</summary>
/// <param name="Name">Relative to the directory it is staged for.</param>
/// <param name="Path">Where it goes.</param>
/// <param name="Mode">Its permission bits.</param>
/// <param name="Content">Bytes anyone may see; null for a secret.</param>
/// <param name="Secret">A token; null for anything else.</param>
internal sealed record StagedFile(string Name, string Path, UnixFileMode Mode, byte[]? Content, Secret? Secret)
{
    public int Length => Content?.Length ?? Secret!.Length;

    public string Sha256 => Content is null ? Secret!.Sha256 : Convert.ToHexStringLower(SHA256.HashData(Content));

    public static StagedFile Of(PlanStep.WriteFile file, string root, ServiceAccountToken? token) => file.Content switch
    {
        FileContent.Text text => new(DeliveryWork.RelativeTo(root, file.Path), file.Path, file.Mode, Encoding.UTF8.GetBytes(text.Value), null),
        FileContent.SameAs same => new(DeliveryWork.RelativeTo(root, file.Path), file.Path, file.Mode, Encoding.UTF8.GetBytes(same.Value), null),
        FileContent.WorkloadToken => new(DeliveryWork.RelativeTo(root, file.Path), file.Path, file.Mode, null, token!.Token),
        _ => throw new ArgumentException($"{file.Content.GetType().Name} cannot be copied", nameof(file)),
    };

    /// <summary>Shell text that writes it to <paramref name="target"/>.</summary>
    public string Write(string target) => Content is null ? RemoteFile.Write(target, Mode, Secret!) : RemoteFile.Write(target, Mode, Content);
}
