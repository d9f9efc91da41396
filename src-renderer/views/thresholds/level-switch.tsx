import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { memo } from 'react';
import { useAddressStore } from '../../state/address.ts';
import type { ThresholdLevel } from '../../state/threshold-words.ts';
import { say } from '../../texts/say.ts';

/** Whether the threshold lies on the images' scores or on the pixels of their maps. */
export const LevelSwitch = memo(function LevelSwitch({ level }: { readonly level: ThresholdLevel }) {
  const replace = useAddressStore((state) => state.replace);
  return (
    <ToggleButtonGroup
      exclusive
      size="small"
      value={level}
      aria-label={say('What the threshold lies on')}
      onChange={(_, picked: ThresholdLevel | null) => {
        if (picked) replace({ level: picked });
      }}
    >
      <ToggleButton value="image">{say('Images')}</ToggleButton>
      <ToggleButton value="pixel">{say('Pixels')}</ToggleButton>
    </ToggleButtonGroup>
  );
});
