using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Delivery;

/// <summary>Facts for a plan, from the VM's answers.</summary>
internal static class VmFactsReader
{
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>Choice uniformResourceIdentifier of GeneralName (RFC 5280 4.2.1.6).</summary>
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    public static VmFacts Of(VmAnswers vm) => new()
    {
        Uid = vm.Uid,
        Gid = vm.Gid,
        Home = vm.Home,
        Directory = vm.Directory,
        Clock = vm.Clock,
        Architecture = vm.Machine,
        FileHashes = vm.Hashes.ToDictionary(pair => $"{vm.Directory}/{pair.Key}", pair => pair.Value, StringComparer.Ordinal),
        Modes = vm.Own.Select(own => (Path: $"{vm.Directory}/{own.Name}", own.Permissions))
            .Concat(vm.Way.Where(part => part.Name == vm.Directory).Select(part => (Path: part.Name, part.Permissions)))
            .DistinctBy(own => own.Path).ToDictionary(own => own.Path, own => own.Permissions, StringComparer.Ordinal),
        Manifest = vm.Manifest,
        Certificate = Certificate(vm.Certificate, vm.Key),
        Containers = [.. (vm.Docker?.Containers ?? []).Select(c => new ContainerFacts(c.Name, c.Status == "running", c.Labels, c.User, c.Image)
            { NamedImage = c.NamedImage, Arguments = c.Arguments, Mounts = c.Mounts })],
        Addresses = vm.Addresses,
        HostsFile = vm.HostsFile,
        Listening = [.. vm.Sockets.Select(s => new ListeningSocket(s.Address, s.Port, s.Process))],
    };

    /// <summary>Null where there is none, or none that can be read.</summary>
    public static CertificateFacts? Certificate(string? pem, string? key)
    {
        if (pem is null) return null;
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return new CertificateFacts(
                SpiffeId(certificate), new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
                KeyMatches: key is not ("differs" or "absent"));
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    private static string? SpiffeId(X509Certificate2 certificate)
    {
        if (certificate.Extensions[SubjectAlternativeName] is not { } extension) return null;
        var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            if (names.PeekTag().HasSameClassAndValue(Uri)) return names.ReadCharacterString(UniversalTagNumber.IA5String, Uri);
            names.ReadEncodedValue();
        }
        return null;
    }
}
