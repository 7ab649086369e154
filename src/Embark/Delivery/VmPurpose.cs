namespace Embark.Delivery;

/// <summary>What a VM is asked for, and so what it must be ready for.</summary>
public enum VmPurpose
{
    /// <summary>To bring a proxy there, or to change it.</summary>
    Join,

    /// <summary>To take it away.</summary>
    Leave,

    /// <summary>To look whether it could join; nothing is changed, not even what an interrupted run left behind.</summary>
    Look,

    /// <summary>To change its <c>/etc/hosts</c>: Docker does not matter.</summary>
    Names,
}
